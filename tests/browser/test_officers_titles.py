"""Titles as officers see them; the right to the review given back and taken, by clicks and keys alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.applications import ready
from tests.browser.firms import BUREAU, LONG, OFFICER, registered


@pytest.fixture
def lost(platform):
    """A title whose right to the review was lost for the update of 2026."""
    platform.at("2026-05-22T10:00")
    it = registered(platform, LONG)
    path = f"/certifications/{it.certification}"
    platform.until(lambda: platform.call(BUREAU, "GET", path)["eligibility"] == "revoked")
    return it


@pytest.mark.parametrize("javascript", [True, False])
def test_the_bureau_gives_the_right_to_a_review_back_and_takes_it_again(platform, person, lost, javascript):
    bureau = person(BUREAU, javascript=javascript).open("/officers/certifications")

    def looked_at(heading):
        assert bureau.heading == heading
        if javascript:
            bureau.check_accessible()

    bureau.fill({"credit_code": lost.code, "eligibility": "revoked"})
    bureau.page.get_by_role("button", name="查询").click()
    bureau.page.wait_for_url("**eligibility=revoked**")
    looked_at("称号管理")
    bureau.page.get_by_role("row", name=lost.code).get_by_role("link").click()
    looked_at(f"专精特新中小企业：{LONG}")
    for text in ("复核资格已取消", "企业现在不能申请复核", "复核资格的取消与恢复", "第十二条"):
        bureau.sees(text)
    bureau.follow("恢复复核资格")
    looked_at("恢复复核资格")
    bureau.sees("恢复后，2026年度未按时更新的信息予以免责")
    give = bureau.page.get_by_role("button", name="恢复复核资格")
    give.click()
    bureau.page.get_by_role("alert").get_by_text("理由").wait_for()
    looked_at("恢复复核资格")
    bureau.fill({"reason": "因自然灾害未能按时办理，情况属实"})
    give.click()
    bureau.sees("复核资格已恢复，企业将收到通知。")
    bureau.sees("因自然灾害未能按时办理，情况属实")
    looked_at(f"专精特新中小企业：{LONG}")
    bureau.follow("取消复核资格")
    looked_at("取消复核资格")
    take = bureau.page.get_by_role("button", name="取消复核资格")
    take.click()
    expect(bureau.page.get_by_role("alert").get_by_role("listitem")).to_have_count(2)
    looked_at("取消复核资格")
    bureau.fill({"duty": "change_report", "reason": "合并事项逾期未报"})
    take.click()
    bureau.sees("复核资格已取消，企业将收到通知。")
    bureau.follow("返回列表，办理下一件")
    bureau.page.wait_for_url("**eligibility=revoked**")
    held = platform.call(BUREAU, "GET", f"/certifications/{lost.certification}")
    assert [each["reason"] for each in held["eligibility_history"]][1:] == [
        "因自然灾害未能按时办理，情况属实", "合并事项逾期未报",
    ]  # fmt: skip


def test_an_authority_reads_titles_in_english_at_a_phone_and_leaves_the_right_to_the_bureau(person, lost):
    officer = person(OFFICER, language="en", phone=True).open(f"/officers/certifications?credit_code={lost.code}")
    officer.check_accessible()
    officer.page.get_by_role("row", name=lost.code).get_by_role("link").click()
    officer.sees("The company cannot apply for the review now")
    officer.check_accessible()
    expect(officer.page.get_by_role("link", name="Restore the right to the review")).to_have_count(0)
    officer.open(f"/officers/certifications/{lost.certification}/restoration")
    officer.page.wait_for_url(f"**/{lost.certification}?back=**")


def test_what_is_not_found_and_what_is_asked_wrongly_is_said(person):
    officer = person(BUREAU).open("/officers/certifications?credit_code=91350203MA31F1331W&status=cancelled")
    officer.sees("没有找到称号")
    officer.check_accessible()
    officer.open("/officers/certifications?expires_from=2026-02-31")
    officer.page.get_by_role("alert").wait_for()
    officer.check_accessible()


def test_a_firm_has_no_officers_titles(person, lost):
    clerk = person(lost.account)
    for path in ("", f"/{lost.certification}", f"/{lost.certification}/restoration"):
        assert clerk.open(f"/officers/certifications{path}").heading == "找不到这个页面"


@pytest.mark.parametrize("javascript", [True, False])
def test_an_officer_applies_for_a_firm_by_its_signed_paper_form(platform, person, javascript):
    it = ready(platform)
    officer = person(OFFICER, javascript=javascript).open(f"/officers/certifications/{it.certification}")
    officer.follow("代企业申请复核")
    assert officer.heading == "申请复核"
    officer.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    officer.follow("提交复核申请")
    officer.sees("代企业填报须填写企业签署的纸质材料编号")
    if javascript:
        officer.check_accessible()
    officer.fill({"declaration.paper_reference": "思工信代办〔2026〕7号"})
    officer.follow("提交复核申请")
    officer.sees("审核部门代办")
    assert officer.heading == f"创新型中小企业复核：{it.name}"
    officer.open(f"/certifications/{it.certification}/apply")
    officer.sees("该称号已有未办结的复核申请。")
    if javascript:
        officer.check_accessible()
    officer.follow("查看未办结的申请")
    officer.sees("审核部门代办")
