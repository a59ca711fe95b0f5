"""Officers: whom to call, who has not updated yet, what a firm holds and owes."""

import pytest
from playwright.sync_api import expect

from tests.browser.firms import LONG, OFFICER, registered


@pytest.fixture
def firm(platform):
    """A firm with a title that did not update, three days before 30 April 2026."""
    platform.at("2026-04-20T10:00")
    code = registered(platform, LONG, duties_from=None).code
    platform.until(lambda: platform.call("bureau", "GET", f"/obligations?credit_code={code}&state=open")["items"])
    return code


@pytest.mark.parametrize(("language", "phone"), [("zh-CN", False), ("en", True)])
def test_an_officer_finds_a_firm_by_part_of_its_name_and_sees_what_it_owes(person, firm, language, phone):
    officer = person(OFFICER, language=language, phone=phone)
    officer.check_accessible()
    officer.open("/officers/enterprises")
    officer.fill({"q": "工业互联网"})
    officer.page.keyboard.press("Enter")
    officer.sees(firm)
    officer.check_accessible()
    officer.page.get_by_role("row", name=firm).get_by_role("link").click()
    officer.page.wait_for_url(f"**/{firm}")
    assert officer.heading == LONG
    officer.sees("13959201234")
    officer.sees("第十二条")
    officer.check_accessible()


def test_what_is_not_found_and_what_is_asked_for_too_shortly_is_said(person):
    officer = person(OFFICER).open("/officers/enterprises?q=没有这样的企业")
    officer.sees("没有找到企业")
    officer.open("/officers/enterprises?q=厦")
    officer.sees("请至少输入")
    officer.check_accessible()


@pytest.mark.parametrize("javascript", [True, False])
def test_an_officer_sees_who_has_not_updated_and_takes_the_list_along(person, firm, javascript):
    officer = person(OFFICER, javascript=javascript).open("/officers/updates?year=2026")
    officer.sees(firm)
    if javascript:
        officer.check_accessible()
    with officer.page.expect_download() as download:
        officer.page.get_by_role("link", name="导出CSV").click()
    assert firm in download.value.path().read_text(encoding="utf-8-sig")
    officer.open("/officers/updates?year=1")
    expect(officer.page.get_by_role("alert")).to_be_visible()


def test_an_officer_calls_a_firm_and_notes_what_was_agreed(person, platform, firm):
    platform.at("2026-04-28T10:00")
    path = f"/follow_ups?credit_code={firm}&state=open"
    platform.until(lambda: platform.call(OFFICER, "GET", path)["items"])
    officer = person(OFFICER).open("/officers/follow_ups")
    card = officer.page.locator("article", has=officer.page.locator(f'a[href$="{firm}"]'))
    card.get_by_role("button").click()
    officer.page.get_by_role("alert").wait_for()
    officer.check_accessible()
    card.get_by_role("textbox").fill("已电话联系，承诺明日提交")
    card.get_by_role("button").click()
    officer.sees("已办结。")
    (closed,) = platform.call(OFFICER, "GET", f"/follow_ups?credit_code={firm}")["items"]
    assert (closed["state"], closed["note"]) == ("resolved", "已电话联系，承诺明日提交")


def test_a_firm_has_no_officers_pages(person, firm):
    clerk = person(f"firm:{firm}")
    for path in ("/officers/follow_ups", "/officers/updates", "/officers/enterprises"):
        assert clerk.open(path).heading == "找不到这个页面"
