"""企业登记 and 经办人授权: an officer enters a firm, and sees who asks to act for it."""

import pytest

from services.cli.credit_codes import new_code
from tests.browser.firms import BUREAU, LONG, OFFICER, registered


def form(code):
    return {
        "credit_code": code, "name": LONG, "registered_place": "福建省厦门市思明区", "contact.name": "陈建国",
        "contact.mobile": "13959201234", "contact.email": "chen@firm.example",
    }  # fmt: skip


@pytest.mark.parametrize("javascript", [True, False])
def test_an_officer_registers_a_firm_of_its_authority(person, platform, javascript):
    def check():
        if javascript:
            officer.check_accessible()

    code = new_code()
    officer = person(OFFICER, javascript=javascript).open("/officers/enterprises")
    officer.follow("登记企业")
    check()
    officer.fill(form(code) | {"credit_code": "91350203MA31F1331X", "contact.mobile": "123"})
    officer.page.get_by_role("button", name="登记企业").press("Enter")
    officer.sees("手机：不是有效的手机号码")
    assert officer.page.get_by_label("企业名称").input_value() == LONG
    check()
    officer.fill(form(code))
    officer.page.get_by_role("button", name="登记企业").click()
    officer.sees("已登记。企业可以用企业账号登录。")
    assert officer.heading == LONG
    check()
    firm = platform.call(f"firm:{code}", "GET", f"/enterprises/{code}")
    assert (firm["authority"], firm["contact"]["mobile"]) == ("XM-SM", "13959201234")
    officer.open("/officers/enterprises/new")
    officer.fill(form(code))
    officer.page.get_by_role("button", name="登记企业").click()
    officer.sees("该企业已登记")
    check()


def test_the_bureau_registers_one_of_any_authority_in_english_on_a_phone(person, platform):
    code = new_code()
    bureau = person(BUREAU, language="en", phone=True).open("/officers/enterprises/new")
    bureau.check_accessible()
    bureau.fill(form(code) | {"authority": "XM-HL"})
    bureau.page.get_by_role("button", name="Register a company").click()
    bureau.sees("Registered.")
    assert platform.call(BUREAU, "GET", f"/enterprises/{code}")["authority"] == "XM-HL"


@pytest.mark.parametrize(("language", "phone"), [("zh-CN", False), ("en", True)])
def test_an_officer_sees_who_waits_for_a_firms_answer(person, platform, language, phone):
    platform.at("2026-04-01T10:00")
    firm = registered(platform, LONG)
    statement = "<b>本人</b>为企业行政专员"
    platform.call("person", "POST", f"{firm.path}/delegations", {"statement": statement})
    officer = person(OFFICER, language=language, phone=phone).open("/officers/delegations")
    officer.page.get_by_role("row", name=firm.code).get_by_text(statement).wait_for()
    officer.check_accessible()
    officer.open(f"/officers/delegations?status=granted&credit_code={firm.code}")
    officer.page.locator(".empty").wait_for()
    officer.check_accessible()
    officer.open("/officers/delegations?status=unknown")
    officer.page.get_by_role("alert").wait_for()
