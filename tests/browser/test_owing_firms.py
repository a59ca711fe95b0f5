"""应办企业: the list that officers' mails lead to: who owes what by a day."""

import re

import pytest

from tests.browser.firms import BUREAU, LONG, OFFICER, registered, update


@pytest.fixture
def owing(platform):
    """Two firms that are reminded fourteen days before 30 April 2026."""
    platform.at("2026-04-17T10:00")
    firms = registered(platform, LONG), registered(platform)
    for each in firms:
        path = f"/obligations?credit_code={each.code}&duty=update&state=open"
        platform.until(lambda path=path: platform.call(BUREAU, "GET", path)["items"])
    return firms


@pytest.mark.parametrize("javascript", [True, False])
def test_a_mails_link_leads_to_the_firms_that_it_lists(platform, person, owing, javascript):
    one, other = owing
    path = "/messages?audience=officers&authority=XM-SM&duty=update&state=sent"
    platform.until(lambda: platform.call(OFFICER, "GET", path)["items"])
    mail = platform.call(OFFICER, "GET", f"/messages/{platform.call(OFFICER, 'GET', path)['items'][0]['id']}")["text"]
    officer = person(OFFICER, javascript=javascript)
    officer.page.goto(re.search(r"http\S+/officers/firms\S+", mail)[0])
    assert officer.heading == "应办企业"
    officer.fill({"credit_code": one.code})
    officer.page.get_by_role("button", name="查询").press("Enter")
    row = officer.page.get_by_role("row", name=one.code)
    row.wait_for()
    assert "还有13天" in row.inner_text()
    if javascript:
        officer.check_accessible()
    update(platform, one)
    path = f"/obligations?credit_code={one.code}&duty=update&state=met"
    platform.until(lambda: platform.call(OFFICER, "GET", path)["items"])
    officer.page.reload()
    officer.sees("没有符合条件的企业")
    if javascript:
        officer.check_accessible()
    officer.fill({"credit_code": other.code})
    officer.page.get_by_role("button", name="查询").click()
    officer.page.get_by_role("row", name=other.code).get_by_role("link", name="已发的提醒").click()
    assert officer.heading == "邮件记录"


def test_what_is_over_in_english_on_a_phone(platform, person, owing):
    one, _ = owing
    here = f"/officers/firms?duty=update&due=2026-04-30&authority=XM-SM&credit_code={one.code}"
    bureau = person(BUREAU, language="en", phone=True).open(here)
    bureau.page.get_by_role("row", name=one.code).wait_for()
    bureau.check_accessible()
    platform.at("2026-05-02T10:00")
    path = f"/obligations?credit_code={one.code}&duty=update&state=ended"
    platform.until(lambda: platform.call(BUREAU, "GET", path)["items"])
    bureau.open(f"{here}&state=ended")
    bureau.page.get_by_role("row", name=one.code).wait_for()
    bureau.check_accessible()
    bureau.open("/officers/firms?due=someday&duty=nothing")
    bureau.page.get_by_role("alert").wait_for()
    bureau.check_accessible()
