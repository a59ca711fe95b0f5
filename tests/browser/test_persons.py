"""经办人: the tour's story of delegations, by clicks and keys alone."""

import pytest
from playwright.sync_api import expect

from services.cli.credit_codes import new_code
from services.cli.tour.forms import contact

OFFICER = "officer:XM-SM"


@pytest.fixture
def firm(platform):
    """A firm that no other test knows, and its credit code."""
    code = new_code()
    platform.call(OFFICER, "POST", "/enterprises", {
        "credit_code": code, "name": "厦门示例授权有限公司", "authority": "XM-SM",
        "registered_place": "福建省厦门市思明区软件园二期", "contact": contact(code),
    })  # fmt: skip
    return code


def test_a_person_acts_for_a_firm_by_its_word_until_it_ends(platform, person, firm):
    somebody = person("person", phone=True)
    asked = somebody.page.get_by_role("row", name=firm)
    assert somebody.heading == "账号还没有绑定企业"
    somebody.follow("查看我的申请")
    assert somebody.heading == "我代表的企业"
    expect(asked).to_have_count(0)
    somebody.check_accessible()
    somebody.follow("申请代表企业办理")
    somebody.fill({"credit_code": new_code(), "statement": "本人为该企业申报经办人"})
    somebody.follow("提交申请")
    somebody.sees("平台上没有这家企业")
    somebody.check_accessible()
    somebody.fill({"credit_code": firm})
    somebody.follow("提交申请")
    somebody.sees("申请已提交。")
    expect(asked).to_contain_text("待企业同意")
    somebody.check_accessible()

    clerk = person(f"firm:{firm}").open("/enterprise")
    clerk.follow("查看谁可以代表企业办理")
    assert clerk.heading == "经办人"
    clerk.sees("本人为该企业申报经办人")
    clerk.check_accessible()
    clerk.page.get_by_role("link", name="答复").click()
    clerk.follow("确定")
    clerk.page.locator(".errors").wait_for()
    clerk.check_accessible()
    clerk.fill({"accepted": "true", "until": "2099-12-31"})
    clerk.follow("确定")
    clerk.sees("已答复。")
    clerk.sees("2099年12月31日")
    clerk.check_accessible()

    somebody.open("/enterprise/persons")
    expect(asked).to_contain_text("有效")
    somebody.check_accessible()
    somebody.follow("去办理")
    assert somebody.heading == "待办事项"
    somebody.open("/enterprise")
    somebody.sees("厦门示例授权有限公司")

    clerk.follow("终止授权")
    assert clerk.heading == "确定终止授权吗？"
    clerk.check_accessible()
    clerk.follow("终止授权")
    clerk.sees("请改正以下问题")
    clerk.fill({"reason": "经办人离职"})
    clerk.follow("终止授权")
    clerk.sees("授权已终止。")
    clerk.sees("经办人离职")
    clerk.check_accessible()
    somebody.open("/enterprise/persons")
    expect(asked).to_contain_text("经办人离职")
    somebody.open("/home")
    assert somebody.heading == "账号还没有绑定企业"


def test_who_asked_to_act_for_nobody_is_told_how_to(person):
    somebody = person(f"person:{new_code()}", phone=True).open("/enterprise/persons")
    somebody.sees("您还没有申请代表任何企业。")
    somebody.check_accessible()
    somebody.follow("申请代表企业办理")
    assert somebody.heading == "申请代表企业办理"


def test_a_request_is_refused_with_a_reason_in_english_and_without_a_script(platform, person, firm):
    subject = "person:" + new_code()
    statement = {"statement": "<script>alert(1)</script>"}
    asked = platform.call(subject, "POST", f"/enterprises/{firm}/delegations", statement)
    clerk = person(f"firm:{firm}", language="en", javascript=False).open("/enterprise/persons")
    clerk.sees("<script>alert(1)</script>")
    clerk.page.get_by_role("link", name="Answer").click()
    clerk.fill({"accepted": "false"})
    clerk.follow("Confirm")
    clerk.page.locator("#reason[aria-invalid=true]").wait_for()
    clerk.fill({"reason": "不认识此人"})
    clerk.follow("Confirm")
    clerk.sees("Refused")
    clerk.open(f"/enterprise/persons/{asked['id']}/decide")
    assert clerk.heading == "Persons who act for the company"
    somebody = person(subject, language="en").open("/enterprise/persons")
    somebody.sees("不认识此人")
    somebody.check_accessible()
