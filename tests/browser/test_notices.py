"""延期与复核批次: the bureau announces, sees whom it concerns, and takes it back; authorities read along."""

import pytest
from playwright.sync_api import expect

from tests.browser.firms import BUREAU, OFFICER, registered

LONG = "厦工信企业〔2026〕36号<script>alert(1)</script>" + "关于延长年度信息更新时间的通知" * 10
EXTENSION = {"source": LONG, "year": "2026", "due": "2026-06-26", "titles": "specialized", "scope": "some", "authorities": "XM-SM"}  # fmt: skip
CAMPAIGN = {
    "source": "关于组织开展2028年复核工作的通知", "titles": "growth", "expires_from": "2028-01-01",
    "expires_to": "2028-12-31", "opens": "2028-02-01", "closes": "2029-03-31",
}  # fmt: skip


@pytest.fixture
def firm(platform):
    platform.at("2026-04-01T10:00")
    return registered(platform)


@pytest.fixture
def noticed(platform):
    """`noticed("/campaigns", source="…")` declares one that is ended after the test, so that no other test meets it."""
    declared = []

    def declare(path, **form):
        found = platform.call(BUREAU, "POST", path, form)
        declared.append(f"{path}/{found['id']}/{'end' if path == '/campaigns' else 'withdrawal'}")
        return found

    yield declare
    for each in declared:
        platform.tried(BUREAU, "POST", each, {"reason": "测试结束"})


@pytest.mark.parametrize("javascript", [True, False])
def test_the_bureau_extends_a_deadline_sees_its_effect_and_withdraws_it(person, platform, firm, javascript):
    def check():
        if javascript:
            bureau.check_accessible()

    bureau = person(BUREAU, javascript=javascript).open("/officers/notices")
    check()
    bureau.follow("发布延期通知")
    check()
    bureau.fill({"source": "厦工信企业〔2026〕36号", "year": "2026", "due": "2026-04-01", "titles": "growth"})
    bureau.page.get_by_role("button", name="下一步：核对").press("Enter")
    bureau.sees("成长型中小企业没有2026年度信息更新义务")
    assert bureau.page.get_by_label("新的截止日期").input_value() == "2026-04-01"
    check()
    bureau.page.locator('[name="titles"][value="growth"]').uncheck()
    bureau.fill(EXTENSION)
    bureau.follow("下一步：核对")
    assert bureau.heading == "核对并发布延期通知"
    bureau.sees("2026年6月26日（星期五）")
    row = bureau.page.get_by_role("region", name="涉及的企业").get_by_role("row", name="思明区 专精特新中小企业")
    assert "2026年4月30日" in row.inner_text()
    check()
    bureau.follow("返回修改")
    assert bureau.page.get_by_label("思明区").is_checked()
    bureau.follow("下一步：核对")
    bureau.follow("确认发布")
    bureau.sees("已发布并生效。")
    assert bureau.heading == LONG
    check()
    address = bureau.page.url.removeprefix(bureau.url).partition("?")[0]
    platform.until(lambda: "2026-06-26" in str(platform.call(BUREAU, "GET", "/update_statistics?year=2026")))
    bureau.open(address)
    assert "2026年6月26日" in row.inner_text()
    bureau.follow("撤销本通知")
    bureau.follow("确认撤销")
    bureau.sees("原因：必填")
    check()
    bureau.fill({"reason": "文号有误"})
    bureau.follow("确认撤销")
    bureau.sees("已撤销。截止日期恢复")
    bureau.sees("文号有误")
    check()
    bureau.open(f"{address}/end")
    assert bureau.heading == LONG
    bureau.open("/officers/notices?in_force=false")
    expect(bureau.page.get_by_role("link", name=LONG).first).to_be_visible()
    check()


def test_the_bureau_calls_for_reviews_in_english_on_a_phone(person, platform):
    platform.at("2026-04-01T10:00")
    registered(platform, title="growth", valid_from="2025-04-01", valid_to="2028-03-31")
    bureau = person(BUREAU, language="en", phone=True).open("/officers/notices")
    bureau.check_accessible()
    bureau.follow("Announce a review campaign")
    bureau.follow("Next: check")
    bureau.page.get_by_role("alert").wait_for()
    bureau.check_accessible()
    bureau.fill(CAMPAIGN | {"expires_to": "2027-01-01"})
    bureau.follow("Next: check")
    bureau.page.get_by_role("alert").wait_for()
    bureau.fill(CAMPAIGN)
    bureau.follow("Next: check")
    assert bureau.heading == "Check and announce the campaign"
    bureau.sees("Titles concerned")
    bureau.check_accessible()
    bureau.follow("Confirm and announce")
    bureau.sees("Announced and in force.")
    bureau.check_accessible()
    path = bureau.page.url.removeprefix(bureau.url).partition("?")[0]
    campaign = path.rpartition("/")[2]
    platform.until(lambda: not platform.call(BUREAU, "GET", f"/campaigns/{campaign}")["spreading"])
    bureau.open(path)
    (covered,) = platform.call(BUREAU, "GET", f"/campaigns/{campaign}")["covered"]
    assert covered["moved"] == covered["titles"] > 0
    bureau.follow("End this campaign")
    bureau.check_accessible()
    bureau.fill({"reason": "通知撤回"})
    bureau.follow("Yes, end it")
    bureau.sees("通知撤回")
    bureau.check_accessible()


def test_an_authority_reads_notices_and_announces_none(person, platform, noticed):
    platform.at("2026-04-01T10:00")
    called = noticed("/campaigns", **CAMPAIGN | {"titles": ["growth"], "source": "仅供阅读的批次"})
    officer = person(OFFICER).open("/officers/notices")
    expect(officer.page.get_by_role("link", name="发布延期通知")).to_have_count(0)
    officer.follow("仅供阅读的批次")
    expect(officer.page.get_by_role("link", name="终止本批次")).to_have_count(0)
    for path in ("/officers/notices/extensions/new", f"/officers/notices/campaigns/{called['id']}/end"):
        assert officer.open(path).heading == "找不到这个页面"
    officer.open("/officers/notices?year=1&in_force=perhaps")
    officer.page.get_by_role("alert").wait_for()
    officer.check_accessible()
    assert person("operator").open("/officers/notices").heading == "找不到这个页面"
