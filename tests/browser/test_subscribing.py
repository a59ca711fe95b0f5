"""邮件订阅: an officer subscribes, changes what comes, and ends it; colleagues' subscriptions are only read."""

import pytest
from playwright.sync_api import expect

from tests.browser.firms import BUREAU, OFFICER

COLLEAGUE = "officer:XM-HC"


@pytest.mark.parametrize("javascript", [True, False])
def test_an_officer_subscribes_changes_and_ends_it(person, platform, javascript):
    def check():
        if javascript:
            officer.check_accessible()

    email = f"script-{javascript}@smxq.example".lower()
    officer = person(OFFICER, javascript=javascript).open("/officers/subscriptions")
    check()
    officer.follow("新增订阅")
    check()
    officer.fill({"email": "没有这样的邮箱", "duties": "review", "kinds": "change_submitted"})
    officer.page.locator("form", has=officer.page.get_by_label("收件邮箱")).evaluate("form => form.noValidate = true")
    officer.page.get_by_role("button", name="订阅", exact=True).press("Enter")
    officer.sees("收件邮箱：不是有效的电子邮箱")
    officer.sees("不属于所选事项")
    check()
    officer.fill({"email": email, "duties": "change_report", "delivery": "daily"})
    officer.page.get_by_role("button", name="订阅", exact=True).click()
    officer.sees("已订阅。")
    row = officer.page.get_by_role("row", name=email)
    assert "每个工作日汇总" in row.inner_text()
    check()
    row.get_by_role("link", name="更改").click()
    assert officer.page.get_by_label("重大变化报告", exact=True).is_checked()
    check()
    (held,) = [
        each
        for each in platform.call(OFFICER, "GET", "/subscriptions?in_force=true")["items"]
        if each["email"] == email
    ]
    path = f"/subscriptions/{held['id']}"
    platform.call(BUREAU, "PUT", path, {"email": email, "delivery": "at_once"}, **{"If-Match": '"1"'})
    officer.fill({"name": "<b>王海</b>"})
    officer.follow("保存")
    officer.sees("您填写期间，这项订阅被另外更改过。")
    check()
    officer.follow("保存")
    officer.sees("订阅已更改。")
    row.get_by_text("<b>王海</b>").first.wait_for()
    row.get_by_role("link", name="终止订阅").click()
    check()
    officer.follow("确认终止")
    officer.sees("订阅已终止。")
    expect(row).to_have_count(0)
    assert officer.open(f"/officers/subscriptions/{held['id']}").heading == "邮件订阅"


def test_the_bureau_subscribes_for_one_authority_in_english_on_a_phone(person):
    bureau = person(BUREAU, language="en", phone=True).open("/officers/subscriptions/new")
    bureau.check_accessible()
    bureau.fill({"email": "one-district@gxj.example", "authority": "XM-HC", "delivery": "at_once"})
    bureau.page.get_by_role("button", name="Subscribe", exact=True).click()
    bureau.sees("Subscribed.")
    bureau.open("/officers/subscriptions?authority=XM-HC")
    assert "all duties" in bureau.page.get_by_role("row", name="one-district@gxj.example").inner_text()
    bureau.check_accessible()
    colleague = person(COLLEAGUE).open("/officers/subscriptions")
    row = colleague.page.get_by_role("row", name="one-district@gxj.example")
    expect(row.get_by_role("link")).to_have_count(0)
    colleague.check_accessible()
    assert person(OFFICER).open("/officers/subscriptions?authority=XM-HC").heading == "找不到这个页面"
