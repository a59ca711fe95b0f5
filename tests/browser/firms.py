"""Firms for the stories of a test: registered, with a title, updated."""

from dataclasses import dataclass

from services.cli.credit_codes import new_code
from services.cli.tour.forms import DECLARATION, change_form, contact, merger_form, update_form

OFFICER, BUREAU = "officer:XM-SM", "bureau"
LONG = "厦门<script>alert(1)</script>" + "鹭岛精密智能传感与工业互联网" * 4 + "有限公司"
"""A name that is long, and would be a script if it were not only a name."""


@dataclass
class Firm:
    code: str
    name: str
    certification: str

    @property
    def account(self):
        return f"firm:{self.code}"

    @property
    def path(self):
        return f"/enterprises/{self.code}"


def registered(platform, name="厦门示例精密仪器有限公司", title="specialized", valid_from="2025-01-01",
               valid_to="2027-12-31", duties_from="2026-01-01"):  # fmt: skip
    """A firm with one title, of which no other test knows."""
    code = new_code()
    platform.call(OFFICER, "POST", "/enterprises", {
        "credit_code": code, "name": name, "authority": "XM-SM", "registered_place": "福建省厦门市思明区",
        "contact": contact(code),
    })  # fmt: skip
    held = platform.call(BUREAU, "POST", "/certifications", {
        "credit_code": code, "enterprise_name": name, "authority": "XM-SM", "title": title, "valid_from": valid_from,
        "valid_to": valid_to, "duties_from": duties_from,
    })  # fmt: skip
    return Firm(code, name, held["id"])


def update(platform, firm, year=2026):
    """Submit the firm's annual update."""
    form = update_form(firm.code, year) | {"declaration": DECLARATION}
    platform.call(firm.account, "POST", f"/enterprises/{firm.code}/updates", form)


def several(platform):
    """Ten firms in several states on 1 December 2026: updated or not, with reports, an application, an occurrence."""
    platform.at("2026-02-02T10:00")
    titles = [*["innovative"] * 3, *["specialized"] * 7]
    firms = [
        registered(platform, f"厦门样本{n}有限公司", title, valid_to="2026-12-31") for n, title in enumerate(titles)
    ]
    for firm in firms:
        platform.until(lambda path=f"/obligations?credit_code={firm.code}": platform.call(BUREAU, "GET", path)["items"])
    for firm in firms[:6]:
        update(platform, firm)
    platform.at("2026-12-01T10:00")
    for firm in firms[:2]:
        form = change_form(firm.code, "2026-10-09", old=firm.name, new=f"新{firm.name}")
        draft = platform.call(firm.account, "POST", "/changes", form)
        platform.call(firm.account, "POST", f"/changes/{draft['id']}/submission", {"declaration": DECLARATION})
    platform.call(firms[0].account, "POST", "/changes", merger_form(firms[0].code, "2026-10-16", firms[1].code))
    seen = {"credit_code": firms[7].code, "type": "control", "happened_on": "2026-10-20", "evidence": "登记机关公示"}
    platform.call(OFFICER, "POST", "/occurrences", seen)
    for firm in firms[:2]:
        application = {"certification_id": firm.certification, "declaration": DECLARATION}
        review = platform.call(firm.account, "POST", "/reviews", application)
    defects = [{"field": "/statement", "text": "请说明研发费用的变化"}]
    platform.call(OFFICER, "POST", f"/reviews/{review['id']}/return", {"defects": defects, "due": None})
    second = {"name": "黄建平", "mobile": "13959205678", "email": "second@firm.example", "language": "zh-CN"}
    version = platform.tried(BUREAU, "GET", firms[0].path).headers["ETag"]
    platform.call(firms[0].account, "PUT", f"{firms[0].path}/second_contact", second, **{"If-Match": version})
    platform.call(firms[8].account, "PUT", f"{firms[8].path}/update_drafts/2026", {"basics": {"size": "small"}})
    for number, firm in enumerate(firms[2:4]):
        person, path = f"person:{firm.code}", f"/enterprises/{firms[number].code}/delegations"
        asked = platform.call(person, "POST", path, {"statement": "本人为该企业申报经办人"})
        if number:
            approval = {"accepted": True, "until": "2099-12-31", "reason": None}
            platform.call(firms[number].account, "POST", f"/delegations/{asked['id']}/approval", approval)
    platform.until(lambda: not platform.call(BUREAU, "GET", "/messages?state=queued&limit=1")["items"])
    return firms
