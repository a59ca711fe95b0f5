"""重大变更 as officers work on it: from the worklist to the decision, by clicks and keys alone."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.browser.firms import BUREAU, LONG, OFFICER, registered
from tests.browser.reports import YES_TO_ALL, submitted


@pytest.fixture
def firm(platform):
    """A firm with a title that no other test knows, on 21 May 2026."""
    platform.at("2026-05-21T10:00")
    return partial(registered, platform, duties_from=None)


def case_of(person, who, id_, **how):
    return person(who, **how).open(f"/officers/changes/{id_}")


def arrived(officer, path):
    officer.page.wait_for_url(re.compile(rf"/officers/{path}(\?.*)?$"))


def test_an_opinion_and_a_decision_bring_a_report_to_its_end(platform, person, firm):
    it = firm(LONG)
    id_ = submitted(platform, it)
    officer = case_of(person, OFFICER, id_)
    assert officer.heading == f"更名：{LONG}"
    officer.check_accessible()
    officer.sees("还有21天")
    officer.follow("由我承办")
    officer.sees("承办人已更新。")
    expect(officer.page.get_by_role("button", name="由我承办")).to_have_count(0)
    officer.follow("出具审核意见")
    officer.check_named("出具审核意见")
    officer.page.get_by_role("button", name="出具审核意见").click()
    officer.page.get_by_role("alert").wait_for()
    assert officer.page.get_by_role("alert").get_by_role("listitem").all_inner_texts() == [
        "是否符合条件：必填", "审核意见：必填",
    ]  # fmt: skip
    officer.check_accessible()
    officer.fill({"meets_criteria": "true", "opinion": "经核实，主导产品和人员未变"})
    officer.page.get_by_role("button", name="出具审核意见").click()
    officer.sees("审核意见已出具，已转市工信局。")
    arrived(officer, f"changes/{id_}")
    expect(officer.page.get_by_role("link", name="退回企业补正")).to_have_count(0)

    bureau = case_of(person, BUREAU, id_)
    bureau.sees("经核实，主导产品和人员未变")
    bureau.follow("对称号作出决定")
    bureau.check_named("对称号作出决定")
    bureau.fill({"decisions.0.outcome": "retained"})
    decide = bureau.page.get_by_role("button", name="对称号作出决定")
    decide.click()
    bureau.sees("请勾选确认：此操作不可撤销")
    bureau.fill({"confirmed": "true"})
    decide.click()
    bureau.sees("专精特新中小企业 · 理由：必填")
    bureau.check_accessible()
    assert bureau.page.locator('[name="decisions.0.outcome"][value="retained"]').is_checked()
    bureau.fill({"decisions.0.reason": "仍符合认定标准", "confirmed": "true"})
    decide.dblclick()
    bureau.sees("决定已作出，企业将收到通知。")
    bureau.sees("专精特新中小企业 · 称号及有效期不变")
    bureau.check_accessible()
    (step,) = [each for each in platform.call(BUREAU, "GET", f"/changes/{id_}")["steps"] if each["act"] == "decide"]
    assert step["words"] == "仍符合认定标准"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_report_is_returned_with_all_that_is_to_be_corrected(platform, person, firm, javascript):
    it = firm()
    id_ = submitted(platform, it)
    officer = case_of(person, OFFICER, id_, javascript=javascript)
    officer.follow("退回企业补正")
    if javascript:
        officer.check_named("退回企业补正")
    officer.sees("不填则按规定为2026年6月4日（星期四）。")
    send = officer.page.get_by_role("button", name="退回企业补正")
    send.click()
    officer.sees("第1条：必填")
    officer.fill({"defects.0.field": "/reason", "defects.0.text": "请写明股东会决议日期"})
    officer.follow("再加一条")
    assert officer.page.locator('[name="defects.0.text"]').input_value() == "请写明股东会决议日期"
    officer.fill({"defects.1.text": "请附登记通知书", "due": "2026-05-01"})
    officer.follow("再加一条")
    assert officer.page.locator('[name="defects.2.text"]').input_value() == ""
    send.click()
    officer.sees("2026年5月1日早于今天（2026年5月21日）")
    assert officer.page.locator('[name="defects.1.text"]').input_value() == "请附登记通知书"
    if javascript:
        officer.check_accessible()
    officer.fill({"due": "2026-06-12"})
    send.click()
    officer.sees("已退回企业补正。")
    officer.sees("企业应在2026年6月12日（星期五）前补正")
    if javascript:
        officer.check_accessible()
    correction = platform.call(OFFICER, "GET", f"/changes/{id_}")["correction"]
    assert correction["defects"] == [
        {"field": "/reason", "text": "请写明股东会决议日期"}, {"field": "", "text": "请附登记通知书"},
    ]  # fmt: skip


def test_what_somebody_else_did_meanwhile_is_said_and_nothing_typed_is_lost(platform, person, firm):
    id_ = submitted(platform, firm())
    officer = case_of(person, OFFICER, id_)
    officer.follow("出具审核意见")
    platform.call(OFFICER, "POST", f"/changes/{id_}/opinion", {"meets_criteria": True, "opinion": "同意"})
    officer.fill({"meets_criteria": "false", "opinion": "我写了很久的意见"})
    officer.page.get_by_role("button", name="出具审核意见").click()
    officer.sees("报告当前状态不允许此操作")
    officer.sees("我写了很久的意见")
    officer.check_accessible()
    officer.open(f"/officers/changes/{id_}/opinion")
    arrived(officer, f"changes/{id_}")


def test_an_officer_who_reads_english_returns_a_report_at_a_phone(platform, person, firm):
    id_ = submitted(platform, firm())
    officer = case_of(person, OFFICER, id_, language="en", phone=True)
    officer.check_accessible()
    officer.follow("Return for correction")
    officer.fill({"defects.0.text": "The minutes are missing"})
    officer.check_accessible()
    officer.page.get_by_role("button", name="Return for correction").click()
    officer.sees("Returned to the company for correction.")
    officer.check_accessible()


def test_who_handles_a_case_is_changed(platform, person, firm):
    id_ = submitted(platform, firm())
    officer = case_of(person, OFFICER, id_)
    officer.follow("调整承办人")
    officer.check_named("调整承办人")
    send = officer.page.get_by_role("button", name="调整承办人")
    send.click()
    officer.sees("由谁承办：必填")
    officer.fill({"assignee": "another", "officer": "officer:XM-SM-2"})
    send.click()
    officer.sees("须填写承办人姓名")
    officer.check_accessible()
    officer.fill({"assignee_name": "林小红"})
    send.click()
    officer.sees("承办人已更新。")
    officer.sees("林小红")


def test_a_firm_has_no_officers_cases(platform, person, firm):
    it = firm()
    id_ = submitted(platform, it)
    clerk = person(it.account)
    for path in (f"changes/{id_}", f"changes/{id_}/opinion", f"changes/{id_}/print"):
        assert clerk.open(f"/officers/{path}").heading == "找不到这个页面"


def listed(person, who, it, worklist="to_review", **how):
    return person(who, **how).open(f"/officers/changes?worklist={worklist}&credit_code={it.code}")


def test_a_worklist_leads_to_a_case_and_back_with_its_filters(platform, person, firm):
    it = firm(LONG)
    id_ = submitted(platform, it)
    officer = person(OFFICER).open("/officers/changes")
    assert officer.heading == "重大变更办理"
    officer.check_accessible()
    officer.fill({"credit_code": it.code, "type": "merger"})
    officer.page.get_by_role("button", name="查询").click()
    officer.sees("没有符合条件的报告")
    officer.check_accessible()
    officer.fill({"type": "rename"})
    officer.page.locator("#credit_code").press("Enter")
    officer.page.get_by_role("link", name=LONG).click()
    arrived(officer, f"changes/{id_}")
    officer.follow("由我承办")
    officer.follow("返回列表，办理下一件")
    assert officer.page.locator("#credit_code").input_value() == it.code
    officer.fill({"assignee": "me"})
    officer.page.get_by_role("button", name="查询").click()
    officer.page.get_by_role("row", name=LONG).wait_for()
    officer.follow("已逾期")
    officer.sees("没有符合条件的报告")
    platform.at("2026-06-12T10:00")
    officer.page.reload()
    officer.sees("已逾期1天")
    officer.check_accessible()
    officer.open("/officers/changes?type=nonsense")
    officer.page.get_by_role("alert").wait_for()
    officer.check_accessible()


@pytest.mark.parametrize(("language", "phone", "javascript"), [("zh-CN", False, True), ("en", True, False)])
def test_one_act_is_done_to_many_and_what_was_not_done_is_said_of_each(
    platform, person, firm, language, phone, javascript
):
    it = firm()
    ids = [submitted(platform, it, happened_on=f"2026-05-0{each}") for each in (5, 6, 7)]
    officer = listed(person, OFFICER, it, language=language, phone=phone, javascript=javascript)
    words = {
        "zh-CN": ("出具审核意见", "没有选择案件", "请勾选确认", "2件已办理，1件没有办成。", "重新办理没有办成的案件"),
        "en": ("Give the opinion", "No case was chosen", "Tick the box", "Done: 2. Not done: 1.", "Try those again"),
    }
    act, nothing, unconfirmed, result, again = words[language]
    give = officer.page.get_by_role("button", name=act)
    give.click()
    officer.sees(nothing)
    officer.page.go_back()
    if javascript:
        officer.page.locator("[data-all]").check()
    for box in officer.page.locator("input[name=id]").all():
        box.check()
    give.click()
    officer.page.wait_for_url("**/bulk/opinion?*")
    expect(officer.page.locator("ol li")).to_have_count(3)
    if javascript:
        officer.check_accessible()
    officer.fill({"meets_criteria": "true", "opinion": "经核实，仍符合条件"})
    give.click()
    officer.sees(unconfirmed)
    platform.call(OFFICER, "POST", f"/changes/{ids[1]}/return", {"defects": [{"field": "", "text": "附件不清"}]})
    officer.fill({"confirmed": "true"})
    give.click()
    officer.sees(result)
    if javascript:
        officer.check_accessible()
        officer.sees("报告当前状态不允许此操作")
    assert [platform.call(OFFICER, "GET", f"/changes/{id_}")["status"] for id_ in ids] == [
        "opinion_given", "returned", "opinion_given",
    ]  # fmt: skip
    officer.follow(again)
    expect(officer.page.locator("ol li")).to_have_count(1)


def test_the_bureau_decides_many_alike_and_returns_many_with_several_defects(platform, person, firm):
    it = firm()
    ids = [submitted(platform, it, happened_on=f"2026-05-0{each}") for each in (5, 6)]
    for id_ in ids:
        platform.call(OFFICER, "POST", f"/changes/{id_}/opinion", {"meets_criteria": True, "opinion": "同意"})
    bureau = listed(person, BUREAU, it)
    bureau.page.locator("input[name=id]").first.check()
    bureau.follow("退回企业补正")
    bureau.fill({"defects.0.text": "附件不清"})
    bureau.follow("再加一条")
    bureau.fill({"defects.1.text": "写明原因", "confirmed": "true"})
    bureau.check_accessible()
    bureau.page.get_by_role("button", name="退回企业补正").click()
    bureau.sees("1件已办理，0件没有办成。")
    bureau.page.get_by_role("link", name="返回列表").first.click()
    bureau.page.locator("input[name=id]").first.check()
    bureau.follow("对称号作出相同决定")
    bureau.check_accessible()
    bureau.fill({"outcome": "referred", "reason": "核实", "confirmed": "true"})
    bureau.page.get_by_role("button", name="对称号作出相同决定").click()
    bureau.sees("市工信局可作出的决定：称号及有效期不变、取消称号")
    bureau.follow("重新办理没有办成的案件")
    bureau.fill({"outcome": "retained", "reason": "仍符合条件", "confirmed": "true"})
    bureau.page.get_by_role("button", name="对称号作出相同决定").click()
    bureau.sees("1件已办理，0件没有办成。")
    assert sorted(platform.call(BUREAU, "GET", f"/changes/{id_}")["status"] for id_ in ids) == ["decided", "returned"]


def test_a_late_report_of_a_little_giant_goes_to_the_ministry_and_back(platform, person, firm):
    it = firm(title="little_giant")
    platform.at("2026-09-01T10:00")
    id_ = submitted(platform, it)
    platform.call(OFFICER, "POST", f"/changes/{id_}/opinion", {"meets_criteria": False, "opinion": "不再符合"})
    bureau = case_of(person, BUREAU, id_)
    bureau.sees("逾期报告的后果由主管部门决定：")
    bureau.follow("处理逾期报告")
    bureau.check_named("处理逾期报告")
    bureau.sees("第十三条")
    send = bureau.page.get_by_role("button", name="处理逾期报告")
    bureau.page.get_by_label("专精特新“小巨人”企业").uncheck()
    bureau.fill({"choice": "cancel_title", "reason": "逾期且不再符合", "confirmed": "true"})
    send.click()
    bureau.sees("涉及的称号：不能少于1项")
    bureau.check_accessible()
    bureau.page.get_by_label("专精特新“小巨人”企业").check()
    bureau.fill({"confirmed": "true"})
    send.click()
    bureau.sees("对逾期报告的处理已作出。")
    bureau.sees("报工业和信息化部")
    bureau.check_accessible()

    bureau.follow("对称号作出决定")
    bureau.fill({"decisions.0.outcome": "referred", "decisions.0.reason": "报部", "confirmed": "true"})
    bureau.page.get_by_role("button", name="对称号作出决定").click()
    bureau.sees("决定已作出")
    bureau.open("/officers/changes?worklist=awaiting_ministry&credit_code=" + it.code)
    bureau.page.get_by_role("link", name=it.name).click()
    for act, done in (
        ("登记工信部答复", "工信部答复已登记。"),
        ("登记工信部对逾期处理的答复", "工信部对逾期处理的答复已登记。"),
    ):
        bureau.page.get_by_role("link", name=act, exact=True).click()
        bureau.check_named(act)
        assert bureau.page.locator(f'[name="certification_id"][value="{it.certification}"]').is_checked()
        answer = {"outcome": "retained", "reason": "部里决定保留", "answered_on": "2026-08-01", "confirmed": "true"}
        bureau.fill(answer)
        bureau.page.get_by_role("button", name=act).click()
        bureau.sees("答复日期不能早于2026年9月1日")
        bureau.fill({"answered_on": "2026-09-01", "confirmed": "true"})
        bureau.page.get_by_role("button", name=act).click()
        bureau.sees(done)
    bureau.sees("保留称号")
    bureau.check_accessible()
    expect(bureau.page.get_by_text("已办结").first).to_be_visible()


def test_the_sheet_and_the_list_are_read_by_an_officer_in_english(platform, person, firm):
    it = firm()
    id_ = submitted(platform, it)
    officer = listed(person, OFFICER, it, language="en", phone=True)
    officer.check_accessible()
    officer.page.get_by_role("link", name=it.name).click()
    officer.follow("Print")
    arrived(officer, f"changes/{id_}/print")
    officer.check_accessible()
    officer.page.locator(".back").click()
    arrived(officer, f"changes/{id_}")


@pytest.mark.parametrize("javascript", [True, False])
def test_an_officer_files_for_a_firm_by_its_signed_paper_form(platform, person, firm, javascript):
    it = firm()
    platform.until(lambda: platform.tried(it.account, "GET", f"/certifications/{it.certification}").is_success)
    officer = person(OFFICER, javascript=javascript).open("/officers/changes")
    officer.follow("代企业填报")
    officer.fill({"credit_code": "91350213MA33WMAT03", "type": "rename", "happened_on": "2026-05-08"})
    officer.follow("继续")
    officer.sees("尚无该企业的登记信息")
    officer.fill({"credit_code": it.code})
    officer.follow("继续")
    officer.sees("填写报告：更名")
    if javascript:
        officer.check_accessible()
    officer.fill({"details.new_name": "厦门示例新名有限公司", "reason": "因业务发展需要", **YES_TO_ALL})
    officer.page.get_by_role("button", name="暂存").last.click()
    officer.sees("已暂存")
    officer.open(f"/officers/changes?worklist=draft&credit_code={it.code}")
    officer.page.get_by_role("link", name=it.name).click()
    officer.follow("下一步")
    officer.sees("核对并提交")
    send = officer.page.get_by_role("button", name="提交")
    officer.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    send.click()
    officer.sees("代企业填报须填写企业签署的纸质材料编号")
    if javascript:
        officer.check_accessible()
    officer.fill({"declaration.accepted": "true", "declaration.paper_reference": "思工信代办〔2026〕7号"})
    send.click()
    officer.sees("报告已提交")
    officer.follow("查看详情")
    officer.sees("审核部门代办")
    (step,) = platform.call(OFFICER, "GET", f"/changes/{officer.page.url.rpartition('/')[2]}")["steps"]
    assert step["paper_reference"] == "思工信代办〔2026〕7号"
    officer.open("/changes/new")
    officer.fill({"credit_code": it.code, "type": "rename", "happened_on": "2026-05-09"})
    officer.follow("继续")
    officer.follow("删除这份报告")
    officer.page.get_by_role("button", name="删除").click()
    officer.sees("已删除。")
    assert officer.heading == "重大变更办理"
