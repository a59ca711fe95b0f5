"""Return for correction, and on-site checks."""

import asyncio

import pytest

from tests.integration.reviews.conftest import (
    BUREAU,
    CHECK,
    DECLARATION,
    OFFICER,
    RETURN,
    WHO,
    act,
    applied,
    pass_on,
    passed,
    profile,
    read_review,
    submitted,
    updated,
)

RESUBMISSION = {"declaration": DECLARATION, "statement": "已补充主导产品说明"}
PASS = {"outcome": "passed", "opinion": "属实"}


@pytest.mark.parametrize(("who", "status", "step"), [(OFFICER, "submitted", "authority"), (BUREAU, "authority_passed", "bureau")])  # fmt: skip
async def test_a_returned_application_comes_back_to_the_office_that_returned_it(it, who, status, step):
    review = await (submitted if who == OFFICER else passed)(it)
    returned = await act(it, who, review, "return", RETURN)
    assert (returned["status"], returned["step"]) == ("returned", "enterprise")
    assert returned["correction"]["defects"] == RETURN["defects"]
    assert (returned["correction"]["due"], returned["correction"]["returned_by"]) == ("2026-05-21", step)
    assert returned["correction"]["citation"]["article"] == "退回补正"
    again = await act(it, WHO, review, "resubmission", RESUBMISSION)
    assert (again["status"], again["step"], again["correction"]) == (status, step, None)
    assert again["statement"] == RESUBMISSION["statement"]
    assert again["steps"][-2]["details"]["defects"] == RETURN["defects"]
    (told,) = await it.told("review.resubmitted.v1")
    assert told.data.office == step


async def test_a_return_names_defects_and_a_day_that_has_not_passed(it):
    review = await submitted(it)
    wrong = {"defects": [{"field": "statement", "text": ""}], "due": "2026-05-07"}
    answer = await act(it, OFFICER, review, "return", wrong, 422)
    assert {each["pointer"] for each in answer["errors"]} == {"/defects/0/field", "/defects/0/text", "/due"}
    assert (await act(it, OFFICER, review, "return", {"defects": []}, 422))["errors"][0]["pointer"] == "/defects"
    returned = await act(it, OFFICER, review, "return", RETURN | {"due": "2026-05-08"})
    assert returned["correction"]["due"] == "2026-05-08"


async def test_a_return_lapses_with_its_due_date_exactly_at_midnight_and_the_firm_may_apply_again(it):
    review = await submitted(it, valid_from="2023-06-01", valid_to="2026-05-31")
    await act(it, OFFICER, review, "return", RETURN | {"due": "2026-05-12"})
    it.at("2026-05-12T23:59:59+08:00")
    await it.sweep()
    assert (await read_review(it, review))["status"] == "returned"
    it.at("2026-05-13T00:00:00+08:00")
    late = await act(it, WHO, review, "resubmission", RESUBMISSION, 409)
    assert late["type"] == "/problems/correction-overdue"
    await it.sweep()
    lapsed = await read_review(it, review)
    assert (lapsed["status"], lapsed["steps"][-1]["role"]) == ("lapsed", "platform")
    (told,) = await it.told("review.decided.v1")
    assert (told.data.outcome, told.data.by) == ("lapsed", "platform")
    assert (await applied(it, review["certification_id"])).status_code == 201


async def test_a_title_whose_application_lapsed_after_its_window_ends_as_never_applied_for(it):
    review = await submitted(it)
    await act(it, OFFICER, review, "return", RETURN)
    it.at("2026-05-21T23:59:59+08:00")
    await it.sweep()
    assert (await it.read(review["certification_id"]))["standing"] == "under_review"
    it.at("2026-05-22T00:00:00+08:00")
    await it.sweep()
    assert (await it.read(review["certification_id"]))["status"] == "expired"


async def test_a_resubmission_in_the_last_second_and_the_sweep_never_both_win(it):
    review = await submitted(it)
    await act(it, OFFICER, review, "return", RETURN)
    it.at("2026-05-21T23:59:59+08:00")
    again, _ = await asyncio.gather(act(it, WHO, review, "resubmission", RESUBMISSION), it.sweep())
    it.at("2026-05-22T00:00:01+08:00")
    await it.sweep()
    assert again["status"] == (await read_review(it, review))["status"] == "submitted"


async def test_the_copy_of_the_profile_that_an_application_was_judged_on_never_changes(it):
    review = await submitted(it)
    await act(it, OFFICER, review, "return", RETURN)
    await it.take(
        updated(profile(9, name="厦门示例新名有限公司", authority="XM-SM", y2026="2026-04-20T10:00:00+08:00"))
    )
    await act(it, WHO, review, "resubmission", RESUBMISSION)
    kept = await pass_on(it, await read_review(it, review))
    assert (kept["profile"], kept["profile_version"]) == (review["profile"], 2)
    assert (kept["profile"]["name"], kept["enterprise_name"]) == ("厦门示例精工有限公司", "厦门示例新名有限公司")


async def test_an_ordered_check_keeps_the_authority_from_passing_until_its_result_is_there(it):
    review = await submitted(it)
    ordered = await act(it, OFFICER, review, "on_site_check/order", {"reason": "数据异常"})
    assert ordered["on_site_check"]["required"]
    assert ordered["on_site_check"]["order"]["reason"] == "数据异常"
    twice = await act(it, BUREAU, review, "on_site_check/order", {"reason": "数据异常"}, 409)
    assert twice["type"] == "/problems/on-site-check-ordered"
    blocked = await act(it, OFFICER, review, "authority_decision", PASS, 409)
    assert (blocked["type"], blocked["code"]) == ("/problems/on-site-check-missing", "on_site_check_missing")
    assert blocked["detail_zh"]
    recorded = await act(it, OFFICER, review, "on_site_check", CHECK)
    assert recorded["on_site_check"]["result"] == "conforms"
    corrected = await act(it, OFFICER, review, "on_site_check", CHECK | {"result": "deviates", "findings": "人数不符"})
    assert [each["result"] for each in corrected["checks"]] == ["conforms", "deviates"]
    assert corrected["on_site_check"]["result"] == "deviates"
    assert (await act(it, OFFICER, review, "authority_decision", PASS))["status"] == "authority_passed"
    assert [event.type for event in await it.told()][-4:] == [
        "review.on_site_check_ordered.v1", "review.on_site_check_recorded.v1", "review.on_site_check_recorded.v1",
        "review.advanced.v1",
    ]  # fmt: skip


async def test_an_application_that_waits_for_its_check_can_be_returned_or_rejected(it):
    review = await submitted(it)
    await act(it, OFFICER, review, "on_site_check/order", {"reason": "数据异常"})
    await act(it, OFFICER, review, "return", RETURN)
    await act(it, WHO, review, "resubmission", RESUBMISSION)
    done = await act(it, OFFICER, review, "authority_decision", {"outcome": "rejected", "opinion": "拒绝核查"})
    assert done["status"] == "rejected"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"checked_on": "2026-05-07"}, "/checked_on"),
        ({"checked_on": "2026-05-09"}, "/checked_on"),
        ({"inspectors": []}, "/inspectors"),
        ({"inspectors": ["甲"] * 11}, "/inspectors"),
        ({"result": "fine"}, "/result"),
        ({"findings": ""}, "/findings"),
    ],
)
async def test_a_check_lies_between_the_application_and_today_and_names_its_inspectors(it, change, pointer):
    review = await submitted(it)
    answer = await act(it, OFFICER, review, "on_site_check", CHECK | change, 422)
    assert [each["pointer"] for each in answer["errors"]] == [pointer]


async def test_who_may_do_what(it):
    review = await submitted(it)
    for who, what, body in (
        (WHO, "return", RETURN),
        (WHO, "on_site_check", CHECK),
        (WHO, "on_site_check/order", {"reason": "…"}),
        (BUREAU, "on_site_check", CHECK),
    ):
        assert (await act(it, who, review, what, body, 403))["type"] == "/problems/forbidden"
    for what, body in (("return", RETURN), ("on_site_check", CHECK)):
        await act(it, "officer:XM-HL", review, what, body, 404)
