"""复核 as officers work on it: from the worklist to the end of the case, by clicks and keys alone."""

import re

import pytest
from playwright.sync_api import expect

from services.cli.tour.forms import DECLARATION
from tests.browser.applications import CHECK, TODAY, applied, pass_on, ready
from tests.browser.firms import BUREAU, LONG, OFFICER, registered, update

APPROVED = {"outcome": "approved", "opinion": "拟同意，予以公示"}


@pytest.fixture
def filed(platform):
    """The application of a firm that no other test knows, on 22 May 2026."""

    def it(**how):
        firm = ready(platform, **how)
        return firm, applied(platform, firm)

    return it


def case_of(person, who, review, **how):
    return person(who, **how).open(f"/officers/reviews/{review['id']}")


def button(officer, name):
    return officer.page.get_by_role("button", name=name, exact=True)


def read(platform, review):
    return platform.call(BUREAU, "GET", f"/reviews/{review['id']}")


def test_an_application_goes_from_the_worklist_over_an_on_site_check_to_its_public_notice(platform, person, filed):
    it, review = filed(name=LONG)
    officer = person(OFFICER).open("/officers/reviews")
    assert officer.heading == "复核办理"
    officer.check_accessible()
    officer.fill({"credit_code": it.code, "title": "growth"})
    button(officer, "查询").click()
    officer.sees("没有符合条件的申请")
    officer.check_accessible()
    officer.fill({"title": "innovative"})
    officer.page.locator("#credit_code").press("Enter")
    officer.page.get_by_role("link", name=LONG).click()
    assert officer.heading == f"创新型中小企业复核：{LONG}"
    for text in ("还有21天", "85分，达标线60分", "13959201234", "主营业务未变", "负债总额", "办理时限"):
        officer.sees(text)
    officer.check_accessible()
    officer.follow("由我承办")
    officer.sees("承办人已更新。")

    officer.follow("要求实地抽查")
    officer.check_named("要求实地抽查")
    officer.fill({"reason": "研发费用与上年差异较大"})
    button(officer, "要求实地抽查").click()
    officer.sees("已安排实地抽查，企业将收到通知。")
    officer.sees("本申请须实地抽查")
    officer.follow("作出审核决定")
    officer.check_named("作出审核决定")
    assert officer.page.locator('[name="outcome"]').evaluate_all("all => all.map(e => e.value)") == ["rejected"]
    officer.follow("不办理，返回")
    officer.follow("填写实地抽查结果")
    officer.check_named("填写实地抽查结果")
    button(officer, "填写实地抽查结果").click()
    expect(officer.page.get_by_role("alert").get_by_role("listitem")).to_have_count(4)
    officer.check_accessible()
    officer.fill({"checked_on": "2026-05-21", "inspectors": "王海、李明", "result": "conforms", "findings": "一致"})
    button(officer, "填写实地抽查结果").click()
    officer.sees("早于申请日期2026年5月22日")
    assert officer.page.locator("#inspectors").input_value() == "王海、李明"
    officer.fill({"checked_on": "2026-05-22"})
    button(officer, "填写实地抽查结果").click()
    officer.sees("实地抽查结果已填写。")
    assert read(platform, review)["checks"][0]["inspectors"] == ["王海", "李明"]

    officer.follow("作出审核决定")
    officer.fill({"outcome": "passed", "opinion": "材料属实"})
    button(officer, "作出审核决定").click()
    officer.sees("请勾选确认：此操作不可撤销")
    officer.check_accessible()
    officer.fill({"confirmed": "true"})
    button(officer, "作出审核决定").dblclick()
    officer.sees("审核决定已作出。")
    officer.follow("返回列表，办理下一件")
    assert officer.page.locator("#credit_code").input_value() == it.code

    bureau = case_of(person, BUREAU, review)
    bureau.sees("材料属实")
    bureau.follow("作出复核决定")
    bureau.check_named("作出复核决定")
    bureau.fill({"outcome": "approved", "opinion": "拟同意，予以公示", "confirmed": "true"})
    button(bureau, "作出复核决定").click()
    bureau.sees("复核决定已作出，企业将收到通知。")
    bureau.sees("公示至2026年5月29日（星期五）")
    bureau.check_accessible()


def test_objections_are_recorded_and_found_on_one_by_one(platform, person, filed):
    _, review = filed()
    pass_on(platform, review)
    platform.call(BUREAU, "POST", f"/reviews/{review['id']}/bureau_decision", APPROVED)
    officer = case_of(person, OFFICER, review)
    for text in ("反映企业虚报研发费用", "反映企业拖欠工资"):
        officer.follow("登记异议")
        officer.check_named("登记异议")
        officer.fill({"from_whom": "某职工", "text": text})
        button(officer, "登记异议").click()
        officer.sees("异议已登记，处理完毕前不作出决定。")
    expect(officer.page.get_by_role("link", name="处理异议")).to_have_count(0)
    bureau = case_of(person, BUREAU, review)
    bureau.check_accessible()
    bureau.page.get_by_role("link", name="处理这条异议 2").click()
    bureau.check_named("处理异议")
    bureau.sees("反映企业拖欠工资")
    button(bureau, "处理异议").click()
    bureau.fill({"confirmed": "true"})
    button(bureau, "处理异议").click()
    bureau.sees("异议是否成立：必填")
    bureau.sees("反映企业拖欠工资")
    bureau.check_accessible()
    bureau.fill({"upheld": "false", "finding": "经核查不属实", "confirmed": "true"})
    button(bureau, "处理异议").click()
    bureau.sees("异议已处理。")
    bureau.page.get_by_role("link", name="处理异议", exact=True).click()
    bureau.sees("反映企业虚报研发费用")
    bureau.fill({"upheld": "true", "finding": "情况属实", "confirmed": "true"})
    button(bureau, "处理异议").click()
    bureau.sees("复核未通过")
    bureau.check_accessible()
    assert [each["upheld"] for each in read(platform, review)["objections"]] == [True, False]


@pytest.mark.parametrize("javascript", [True, False])
def test_an_application_is_returned_with_all_its_defects_and_corrected_from_paper(platform, person, filed, javascript):
    _, review = filed()
    officer = case_of(person, OFFICER, review, javascript=javascript)
    officer.follow("退回企业补正")
    officer.sees("不填则按规定为2026年6月5日（星期五）。")
    officer.fill({"defects.0.field": "/statement", "defects.0.text": "请说明市场占有率"})
    officer.follow("再加一条")
    officer.fill({"defects.1.text": "请核对研发费用"})
    if javascript:
        officer.check_named("退回企业补正")
    button(officer, "退回企业补正").click()
    officer.sees("已退回企业补正。")
    for text in ("申请说明：请说明市场占有率", "请核对研发费用", "企业应在2026年6月5日（星期五）前补正"):
        officer.sees(text)
    if javascript:
        officer.check_accessible()
    officer.follow("代企业补正")
    assert officer.page.locator("#statement").input_value() == "主营业务未变"
    fields = {"statement": "市场占有率12.5%", "declaration.accepted": "true", "declaration.signatory": "陈建国"}
    officer.fill(fields)
    button(officer, "代企业补正").click()
    officer.sees("代企业填报须填写企业签署的纸质材料编号")
    if javascript:
        assert officer.page.locator("#statement").input_value() == "市场占有率12.5%"
        officer.check_accessible()
    officer.fill({"declaration.paper_reference": "思工信代办〔2026〕7号"})
    button(officer, "代企业补正").click()
    officer.sees("已代企业重新提交。")
    officer.sees("审核部门代办")
    assert read(platform, review)["status"] == "submitted"


def test_what_somebody_else_did_meanwhile_is_said_and_nothing_typed_is_lost(platform, person, filed):
    _, review = filed()
    officer = case_of(person, OFFICER, review)
    officer.follow("作出审核决定")
    rejected = {"outcome": "rejected", "opinion": "不符合"}
    platform.call(OFFICER, "POST", f"/reviews/{review['id']}/authority_decision", rejected)
    officer.fill({"outcome": "rejected", "opinion": "我写了很久的意见", "confirmed": "true"})
    button(officer, "作出审核决定").click()
    officer.sees("复核申请当前状态不允许此操作")
    officer.sees("我写了很久的意见")
    officer.check_accessible()
    officer.open(f"/officers/reviews/{review['id']}/authority_decision")
    officer.page.wait_for_url(re.compile(rf"/officers/reviews/{review['id']}\?"))
    officer.sees("复核未通过")


@pytest.mark.parametrize(("language", "phone", "javascript"), [("zh-CN", False, True), ("en", True, False)])
def test_one_act_is_done_to_many_and_what_was_not_done_is_said_of_each(
    platform, person, filed, language, phone, javascript
):
    name = f"厦门示例一并{language}有限公司"
    reviews = [filed(name=name)[1] for _ in range(2)]
    officer = person(OFFICER, language=language, phone=phone, javascript=javascript)
    officer.open("/officers/reviews")
    for each in reviews:
        officer.page.locator(f'input[name=id][value="{each["id"]}"]').check()
    words = {
        "zh-CN": ("作出审核决定", "1件已办理，1件没有办成。", "重新办理没有办成的案件"),
        "en": ("Decide as the authority", "Done: 1. Not done: 1.", "Try those again"),
    }
    act, result, again = words[language]
    button(officer, act).click()
    officer.page.wait_for_url("**/bulk/authority_decision?*")
    expect(officer.page.locator("ol li")).to_have_count(2)
    if javascript:
        officer.check_accessible()
    platform.call(OFFICER, "POST", f"/reviews/{reviews[0]['id']}/return", {"defects": [{"field": "", "text": "不清"}]})
    officer.fill({"outcome": "rejected", "opinion": "不符合条件", "confirmed": "true"})
    button(officer, act).click()
    officer.sees(result)
    if javascript:
        officer.check_accessible()
    assert [read(platform, each)["status"] for each in reviews] == ["returned", "rejected"]
    officer.follow(again)
    expect(officer.page.locator("ol li")).to_have_count(1)


def test_what_the_ministry_decided_is_recorded_by_the_bureau(platform, person):
    platform.at("2026-04-20T10:00")
    it = registered(platform, title="little_giant", valid_from="2023-05-21", valid_to="2026-05-20")
    update(platform, it)
    platform.at(TODAY)
    path = f"/certifications/{it.certification}/eligibility"
    platform.until(lambda: platform.call(it.account, "GET", path)["can_apply"])
    review = platform.call(
        it.account, "POST", "/reviews", {"certification_id": it.certification, "declaration": DECLARATION}
    )
    pass_on(platform, review)
    bureau = case_of(person, BUREAU, review)
    bureau.follow("作出复核决定")
    bureau.fill({"outcome": "recommended", "opinion": "予以推荐", "confirmed": "true"})
    button(bureau, "作出复核决定").click()
    bureau.sees("已推荐至工信部")
    bureau.follow("返回列表，办理下一件")
    bureau.page.get_by_role("link", name="待工信部答复").click()
    bureau.page.locator(f'a[href*="{review["id"]}"]').click()
    bureau.follow("登记工信部决定")
    bureau.check_named("登记工信部决定")
    bureau.fill({"outcome": "approved", "opinion": "部里同意", "decided_on": "2030-01-01", "confirmed": "true"})
    button(bureau, "登记工信部决定").click()
    bureau.sees("晚于今天")
    bureau.check_accessible()
    bureau.fill({"decided_on": "2026-05-22", "confirmed": "true"})
    button(bureau, "登记工信部决定").click()
    bureau.sees("工信部决定已登记，企业将收到通知。")
    bureau.sees("复核通过")
    bureau.check_accessible()


def test_an_officer_who_reads_english_works_at_a_phone(platform, person, filed):
    it, review = filed()
    platform.call(OFFICER, "POST", f"/reviews/{review['id']}/on_site_check", CHECK)
    officer = person(OFFICER, language="en", phone=True).open(f"/officers/reviews?credit_code={it.code}")
    officer.check_accessible()
    officer.page.get_by_role("link", name=it.name).click()
    officer.check_accessible()
    officer.follow("Decide as the authority")
    officer.fill({"outcome": "passed", "opinion": "In order", "confirmed": "true"})
    officer.check_accessible()
    button(officer, "Decide as the authority").click()
    officer.sees("Decided.")
    officer.follow("Print the application")
    officer.check_accessible()
    officer.page.locator(".back").click()
    officer.page.wait_for_url(f"**/officers/reviews/{review['id']}")


def test_a_firm_has_no_officers_reviews(person, filed):
    it, review = filed()
    clerk = person(it.account)
    for path in ("", f"/{review['id']}", f"/{review['id']}/return", f"/{review['id']}/print", "/bulk/return"):
        assert clerk.open(f"/officers/reviews{path}").heading == "找不到这个页面"
