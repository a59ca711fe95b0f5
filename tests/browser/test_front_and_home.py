"""The front page, and where a firm arrives after the login."""

import pytest

from services.cli.credit_codes import new_code
from services.cli.tour.forms import DECLARATION, change_form
from tests.browser.firms import BUREAU, registered

NOTICE = "关于翔安区企业信息更新延期的通知（示例）"


@pytest.fixture
def firm(platform):
    """`firm(...)` registers one on 20 March 2026."""
    platform.at("2026-03-20T10:00")
    return lambda **how: registered(platform, **how)


@pytest.mark.parametrize(("language", "phone"), [("zh-CN", False), ("en", True)])
def test_the_front_page_tells_the_three_duties_by_the_rules_in_force(platform, person, language, phone):
    platform.at("2026-03-20T10:00")
    visitor = person(language=language, phone=phone).open("/")
    visitor.check_accessible()
    for text in {
        "zh-CN": (
            "年度信息更新",
            "下一次截止：2026年4月30日（星期四）",
            "第十二条",
            "取消复核资格",
            "第十一条",
            "第十三条",
        ),
        "en": ("Annual update", "Next due: 30 April 2026 (Thursday)"),
    }[language]:
        visitor.sees(text)
    visitor.follow("申报 复核申请" if language == "zh-CN" else "Apply")
    assert "/login/authorize" in visitor.page.url


def test_notices_in_force_stand_on_the_front_page(platform, person):
    platform.at("2026-03-20T10:00")
    notice = {"duty": "update", "year": 2026, "titles": ["little_giant"], "authorities": ["XM-XA"], "due": "2026-06-26",
              "source": NOTICE}  # fmt: skip
    declared = platform.call(BUREAU, "POST", "/deadline_extensions", notice)
    batch = {"titles": ["growth"], "expires_from": "2026-08-17", "expires_to": "2026-08-17", "opens": "2026-06-16",
             "closes": "2026-07-31", "source": "关于开展成长型中小企业复核的通知（示例）"}  # fmt: skip
    campaign = platform.call(BUREAU, "POST", "/campaigns", batch)
    visitor = person().open("/")
    for text in (
        NOTICE,
        "调整为2026年6月26日（星期五）",
        "翔安区",
        "复核申请自2026年6月16日（星期二）至2026年7月31日（星期五）受理",
    ):
        visitor.sees(text)
    visitor.check_accessible()
    platform.call(BUREAU, "POST", f"/deadline_extensions/{declared['id']}/withdrawal", {"reason": "示例结束"})
    platform.call(BUREAU, "POST", f"/campaigns/{campaign['id']}/end", {"reason": "示例结束"})
    visitor.open("/")
    visitor.sees("目前没有延期或复核批次通知。")


@pytest.mark.parametrize("javascript", [True, False])
def test_what_is_due_stands_with_its_date_its_rule_and_the_button_that_does_it(platform, person, firm, javascript):
    it = firm()
    platform.until(lambda: platform.call(it.account, "GET", f"/obligations?credit_code={it.code}")["items"])
    clerk = person(it.account, javascript=javascript, phone=not javascript)
    assert clerk.heading == "待办事项"
    for text in (
        "年度信息更新（2026年度） · 专精特新中小企业",
        "还有41天",
        "截止：2026年4月30日（星期四）",
        it.name,
        it.code,
    ):
        clerk.sees(text)
    clerk.page.get_by_text("第十二条").first.click()
    clerk.sees("没有正在办理的报告或申请。")
    if javascript:
        clerk.check_accessible()
    assert clerk.page.get_by_role("link", name="去更新").get_attribute("href") == "/update/2026"


def test_what_is_under_way_and_what_was_told_last_is_shown_in_english_too(platform, person, firm):
    it = firm()
    report = {}

    def begun():
        nonlocal report
        form = change_form(it.code, "2026-03-08", old=it.name, new="厦门示例新名有限公司")
        report = platform.tried(it.account, "POST", "/changes", form)
        return report.status_code == 201

    platform.until(begun)
    platform.until(
        lambda: len(platform.call(it.account, "GET", f"/obligations?credit_code={it.code}&state=open")["items"]) >= 2
    )
    clerk = person(it.account, language="en", phone=True)
    clerk.sees("Due: 8 June 2026 (Monday)")
    clerk.page.get_by_role("link", name="Go on with the report").click()
    assert clerk.page.url.endswith(f"/changes/{report.json()['id']}/edit")
    clerk.open("/home")
    clerk.check_accessible()
    platform.call(it.account, "POST", f"/changes/{report.json()['id']}/submission", {"declaration": DECLARATION})
    clerk.open("/home")
    clerk.sees("Report of a major change · Change of name")
    clerk.check_accessible()


def test_a_firm_without_a_title_is_told_that_nothing_is_due(person):
    clerk = person(f"firm:{new_code()}")
    clerk.sees("目前没有待办事项。")
    clerk.sees("平台上没有贵企业的称号")
    clerk.sees("还没有消息。")
    clerk.check_accessible()


def test_who_acts_for_several_firms_chooses_one_first(platform, person, firm):
    one, other = firm(), firm(name="厦门示例第二有限公司")
    clerk = person(f"person:{one.code},{other.code}")
    assert clerk.heading == "请选择要办理的企业"
    clerk.check_accessible()
