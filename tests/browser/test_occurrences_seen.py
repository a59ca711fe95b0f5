"""线索: officers record a change that they saw; its firm reports it, or it is decided what that costs."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.browser.firms import BUREAU, LONG, OFFICER, registered
from tests.browser.reports import submitted


@pytest.fixture
def firm(platform):
    """A firm with a title that no other test knows, on 21 May 2026."""
    platform.at("2026-05-21T10:00")
    return partial(registered, platform, duties_from=None)


def recorded(platform, it, happened_on="2026-05-08"):
    """A change that was recorded by the API, once the service has heard of the firm and its title."""
    form = {"credit_code": it.code, "type": "rename", "happened_on": happened_on, "evidence": "公示系统显示已更名"}
    answers = []

    def accepted():
        answers.append(platform.tried(OFFICER, "POST", "/occurrences", form))
        return answers[-1].is_success

    platform.until(accepted)
    return answers[-1].json()["id"]


@pytest.mark.parametrize("javascript", [True, False])
def test_what_an_officer_saw_is_recorded_and_its_firm_reports_it(platform, person, firm, javascript):
    it = firm(LONG)
    platform.until(lambda: platform.tried(BUREAU, "GET", f"/certifications/{it.certification}").is_success)
    officer = person(OFFICER, javascript=javascript).open("/officers/occurrences")
    officer.follow("登记线索")
    assert officer.heading == "登记线索"
    send = officer.page.get_by_role("button", name="登记")
    send.click()
    officer.sees("企业统一社会信用代码：必填")
    officer.sees("线索来源和依据：必填")
    if javascript:
        officer.check_accessible()
    officer.fill({"credit_code": "91350213MA33WMAT03", "type": "rename", "evidence": "公示系统显示已更名"})
    officer.page.locator("#happened_on").fill("2026-05-08")
    if javascript:
        officer.sees("应在2026年8月10日（星期一）前（含当日）报告。")
    send.click()
    officer.sees("尚无该企业的登记信息")
    officer.fill({"credit_code": it.code})
    send.click()
    officer.sees("线索已登记，平台将通知企业在期限内报告。")
    officer.sees("2026年8月10日（星期一）")
    if javascript:
        officer.check_accessible()
    id_ = re.search(r"[0-9a-f-]{36}", officer.page.url)[0]
    officer.open("/officers/occurrences/new")
    officer.fill({"credit_code": it.code, "type": "rename", "happened_on": "2026-05-08", "evidence": "又见"})
    officer.page.get_by_role("button", name="登记").click()
    officer.sees("该变化已有登记")
    if javascript:
        officer.check_accessible()
    officer.follow("查看已登记的线索")
    officer.page.wait_for_url(f"**/occurrences/{id_}")

    report = submitted(platform, it)
    officer.open(f"/officers/occurrences?worklist=reported&credit_code={it.code}")
    officer.page.get_by_role("link", name=LONG).click()
    officer.follow("查看企业提交的报告")
    officer.page.wait_for_url(f"**/changes/{report}")
    officer.follow("查看登记的线索")
    officer.page.wait_for_url(f"**/occurrences/{id_}")
    expect(officer.page.get_by_role("link", name="撤销线索")).to_have_count(0)


def test_an_officer_who_reads_english_dismisses_what_was_none(platform, person, firm):
    it = firm()
    recorded(platform, it)
    officer = person(OFFICER, language="en", phone=True)
    officer.open(f"/officers/occurrences?worklist=open&credit_code={it.code}")
    officer.check_accessible()
    officer.page.get_by_role("link", name=it.name).click()
    officer.check_accessible()
    officer.page.get_by_role("link", name="Dismiss it").click()
    officer.check_accessible()
    officer.fill({"reason": "The register was wrong", "confirmed": "true"})
    officer.page.get_by_role("button", name="Dismiss it").click()
    officer.sees("It is dismissed; the company is told.")
    officer.sees("The register was wrong")
    officer.follow("Back to the list")
    assert officer.page.locator("#credit_code").input_value() == it.code
    officer.sees("Nothing recorded is like this")
    officer.check_accessible()


def test_the_bureau_decides_what_an_unreported_change_costs_and_the_ministry_answers(platform, person, firm):
    it = firm(title="little_giant")
    recorded(platform, it)
    officer = person(OFFICER).open("/officers/occurrences?worklist=all&due_from=never")
    officer.page.get_by_role("alert").wait_for()
    officer.check_accessible()
    platform.at("2026-09-01T10:00")
    bureau = person(BUREAU).open(f"/officers/occurrences?credit_code={it.code}")
    bureau.check_accessible()
    bureau.page.get_by_role("link", name=it.name).click()
    bureau.sees("逾期报告的后果由主管部门决定：")
    bureau.check_accessible()
    bureau.follow("处理逾期未报告")
    bureau.sees("第十三条")
    bureau.check_accessible()
    bureau.fill({"choice": "cancel_title", "reason": "经两次催告仍未报告", "confirmed": "true"})
    bureau.page.get_by_role("button", name="处理逾期未报告").click()
    bureau.sees("对逾期未报告的处理已作出。")
    bureau.check_accessible()
    bureau.follow("登记工信部对逾期处理的答复")
    bureau.fill({"certification_id": it.certification, "outcome": "cancelled", "reason": "部里决定取消",
                 "answered_on": "2026-09-01", "confirmed": "true"})  # fmt: skip
    bureau.page.get_by_role("button", name="登记工信部对逾期处理的答复").click()
    bureau.sees("工信部对逾期处理的答复已登记。")
    expect(bureau.page.get_by_role("row", name="部里决定取消")).to_have_count(1)


def test_a_firm_of_another_authority_is_not_recorded_and_a_firm_records_nothing(platform, person, firm):
    it = firm()
    id_ = recorded(platform, it)
    elsewhere = person("officer:XM-HL").open(f"/officers/occurrences/new?credit_code={it.code}")
    elsewhere.fill({"type": "rename", "happened_on": "2026-05-09", "evidence": "公示系统"})
    elsewhere.page.get_by_role("button", name="登记").click()
    elsewhere.sees("没有这家企业，或不由本部门审核")
    elsewhere.check_accessible()
    clerk = person(it.account)
    for path in ("", "/new", f"/{id_}", f"/{id_}/dismissal"):
        assert clerk.open(f"/officers/occurrences{path}").heading == "找不到这个页面"
