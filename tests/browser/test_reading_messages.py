"""消息: what was mailed to a firm, and what was not."""

import pytest
from playwright.sync_api import expect

from services.cli.credit_codes import new_code
from tests.browser.firms import registered


@pytest.fixture
def firm(platform):
    """A firm that was reminded of its annual update."""
    platform.at("2026-04-17T10:00")
    it = registered(platform)
    path = f"/messages?credit_code={it.code}&kind=update_due&state=sent"
    platform.until(lambda: platform.call(it.account, "GET", path)["items"])
    return it


@pytest.mark.parametrize("javascript", [True, False])
def test_every_mail_is_listed_filtered_and_read_as_it_was_sent(platform, person, firm, javascript):
    clerk = person(firm.account, javascript=javascript)
    clerk.follow("消息")
    assert clerk.heading == "消息"
    clerk.page.get_by_role("cell", name="信息更新提醒").first.wait_for()
    clerk.fill({"kind": "update_due", "state": "sent"})
    clerk.follow("查询")
    expect(clerk.page.locator("tbody tr")).to_have_count(1)
    if javascript:
        clerk.check_accessible()
    (message,) = platform.call(firm.account, "GET", f"/messages?credit_code={firm.code}&kind=update_due")["items"]
    clerk.page.locator("tbody a").click()
    assert clerk.heading == message["subject"]
    text = platform.call(firm.account, "GET", f"/messages/{message['id']}")["text"]
    assert clerk.page.locator("pre").inner_text().strip() == text.strip()
    if javascript:
        clerk.check_accessible()
    clerk.open("/messages?state=bounced")
    clerk.sees("没有符合条件的消息。")
    clerk.open("/messages?state=unknown")
    clerk.sees("请改正以下问题")
    if javascript:
        clerk.check_accessible()


def test_messages_in_english_at_phone_width(person, firm):
    clerk = person(firm.account, language="en", phone=True).open("/messages")
    clerk.page.get_by_role("cell", name="Reminder: annual update").first.wait_for()
    clerk.check_accessible()
    clerk.page.locator("tbody a").first.click()
    clerk.sees("Text of the mail")
    clerk.check_accessible()


def test_who_got_no_message_is_told_what_to_check(person):
    clerk = person(f"firm:{new_code()}", phone=True).open("/messages")
    clerk.sees("还没有消息。")
    clerk.check_accessible()
