"""The firms of the tour as it is played by clicks, and what several of its stories do with them."""

from dataclasses import dataclass, field

from services.cli.credit_codes import new_code
from services.cli.tour.forms import update_form
from services.portal.forms import flat
from services.portal.update_form.groups import GROUPS
from services.portal.words import WORDS
from tests.browser.firms import BUREAU
from tests.browser.reports import YES_TO_ALL

SIGNED = {"declaration.accepted": "true", "declaration.signatory": "陈建国"}
CONFIRMED = {"confirmed": "true"}
NOT_OWED_BEFORE = "2026-05-01"
"""From when a firm owes updates in the stories that are not about them."""


@dataclass
class Firm:
    """A firm that no other test knows, and the title that it is to hold."""

    name: str
    title: str = "specialized"
    valid_from: str = "2025-01-01"
    valid_to: str = "2027-12-31"
    authority: str = "XM-SM"
    code: str = field(default_factory=new_code)

    @property
    def account(self):
        return f"firm:{self.code}"

    @property
    def officer(self):
        return f"officer:{self.authority}"


def enter(visit, *firms, duties_from=NOT_OWED_BEFORE):
    """Officers register the firms, the bureau enters their titles from a list."""
    for firm in firms:
        officer = visit(firm.officer)
        officer.go("/officers/enterprises", "/officers/enterprises/new")
        officer.send({
            "credit_code": firm.code, "name": firm.name, "registered_place": "福建省厦门市", "contact.name": "林海燕",
            "contact.mobile": "13959201234", "contact.email": f"{firm.code.lower()}@firm.example",
        })  # fmt: skip
        officer.sees("已登记。企业可以用企业账号登录。")
    bureau = visit(BUREAU).open("/home").go("/officers/imports")
    rows = [
        ",".join(
            [it.name, it.code, WORDS["authority"][it.authority], WORDS["title"][it.title], it.valid_from, it.valid_to]
        )
        for it in firms
    ]
    bureau.upload("名单.csv", ["企业名称,统一社会信用代码,所属区,称号,有效期起,有效期止", *rows])
    bureau.send({"duties_from": duties_from})
    bureau.waits_for(bureau.tag("import_status", "checked"))
    bureau.send()
    bureau.waits_for(bureau.tag("import_status", "done"))


def update(clerk, firm):
    """The firm tells all seven parts of its update for 2026."""
    told = flat(update_form(firm.code, 2026))
    clerk.go("/enterprise")
    clerk.waits_for(clerk.page.locator('a[href="/update/2026"]'))
    clerk.go("/update/2026", f"/update/2026/{GROUPS[0].name}")
    for group in GROUPS:
        asked = {name: value for name, value in told.items() if name.startswith(f"{group.name}.")}
        hidden = clerk.page.locator("main form input[type=hidden]").evaluate_all("all => all.map(each => each.name)")
        clerk.send({name: value for name, value in asked.items() if name not in hidden}, do="next")
    clerk.sees(firm.name)
    clerk.send(SIGNED)
    clerk.sees("信息更新已提交")


def report(clerk, type_, happened_on, fields):
    """The firm reports a change: the confirmation is shown, and the report's id told."""
    clerk.go("/changes", "/changes/new").send({"type": type_, "happened_on": happened_on})
    clerk.send(YES_TO_ALL | fields, do="next")
    clerk.send(SIGNED)
    clerk.sees("报告已提交")
    return clerk.page.url.split("/")[-2]


def apply(clerk):
    """The firm applies for its only title's review; the application's id."""
    clerk.go("/certifications")
    clerk.waits_for(clerk.page.locator('main a[href$="/apply"]'))
    clerk.go("/apply").send({"statement": "主营业务未变"} | SIGNED)
    clerk.sees("复核申请已提交")
    return clerk.page.url.split("/")[-2]


def check_on_site(officer, checked_on):
    """The officer has the firm checked on site, whether or not the lot fell on it, and records the result."""
    officer.go("/on_site_check_order").send({"reason": "研发费用较上年异常增长"})
    officer.sees("已安排实地抽查，企业将收到通知。")
    found = {"checked_on": checked_on, "inspectors": "王海、李明", "result": "conforms", "findings": "与申报一致"}
    officer.go("/on_site_check?").send(found)
    officer.sees("实地抽查结果已填写。")


def held(platform, firm):
    """The firm's title as the API knows it."""
    (title,) = platform.call(BUREAU, "GET", f"/certifications?credit_code={firm.code}")["items"]
    return title
