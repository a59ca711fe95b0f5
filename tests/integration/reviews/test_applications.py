"""Applications: the gate in both its ways, every failing condition, the steps, the extension."""

import asyncio
from uuid import UUID

import pytest

from tests.integration.reviews.conftest import (
    GIANT,
    INNOVATIVE,
    OFFICER,
    OTHER,
    WHO,
    applied,
    pass_on,
    passed,
    profile,
    ready,
    submitted,
    updated,
)


def codes(answer):
    return [condition["code"] for condition in answer.json()["conditions"]]


async def test_a_fresh_profile_is_accepted_at_once_with_the_version_it_rests_on(it):
    review = await submitted(it)
    assert (review["status"], review["step"], review["profile_version"]) == ("submitted", "authority", 2)
    assert review["profile"]["updates"] == {"2026": "2026-04-20T10:00:00+08:00"}
    assert [event.type for event in await it.told()][-1] == "review.submitted.v1"


@pytest.mark.parametrize(("version", "known"), [(0, False), (1, True)])
async def test_an_unknown_or_stale_copy_is_checked_and_the_owners_answer_accepts(it, version, known):
    certification_id = await it.granted(**INNOVATIVE)
    if known:
        await it.take(updated(profile(version)))
    it.at("2026-05-01T00:00:01+08:00")
    answer = await applied(it, certification_id)
    assert (answer.status_code, answer.json()["status"]) == (202, "checking")
    assert answer.headers["Location"] == f"/api/v1/reviews/{answer.json()['id']}"
    eligibility = (await it.call(WHO, "GET", f"/certifications/{certification_id}/eligibility")).json()
    assert [each["code"] for each in eligibility["conditions"] if not each["holds"]][-1] == "application_open"
    request = next(
        e for e in await it.told("profile.freshness_requested.v1") if e.data.request_id == UUID(answer.json()["id"])
    )
    await it.reported(request, profile(3, y2026="2026-04-20T10:00:00+08:00"))
    review = (await it.call(WHO, "GET", f"/reviews/{answer.json()['id']}")).json()
    assert (review["status"], review["profile_version"]) == ("submitted", 3)
    await it.reported(request, profile(1))
    assert (await it.call(WHO, "GET", f"/reviews/{answer.json()['id']}")).json()["status"] == "submitted"


async def test_the_owners_answer_refuses_with_every_reason_and_its_article(it):
    certification_id = await it.granted(**INNOVATIVE)
    it.at("2026-05-01T00:00:01+08:00")
    review = (await applied(it, certification_id)).json()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1))
    refused = (await it.call(WHO, "GET", f"/reviews/{review['id']}")).json()
    assert (refused["status"], [each["code"] for each in refused["reasons"]]) == ("refused", ["profile_stale"])
    assert refused["reasons"][0]["citation"]["article"] == "第十二条"
    (told,) = await it.told("review.refused.v1")
    assert [each.code for each in told.data.reasons] == ["profile_stale"]


async def test_an_application_is_judged_as_of_its_instant_however_late_the_answer(it):
    certification_id = await it.granted(**INNOVATIVE)
    it.at("2026-04-30T23:59:59+08:00")
    review = (await applied(it, certification_id)).json()
    it.at("2026-06-20T10:00:00+08:00")
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1))
    assert (await it.call(WHO, "GET", f"/reviews/{review['id']}")).json()["status"] == "submitted"


async def test_every_failing_condition_is_reported_not_just_the_first(it):
    certification_id = await it.granted()
    await it.take(updated(profile(1)))
    it.at("2026-05-01T10:00:00+08:00")
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1))
    answer = await applied(it, certification_id)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/review-conditions-not-met")
    assert codes(answer) == ["window_not_open", "eligibility_revoked", "profile_stale"]
    assert all(condition["citation"]["document"] and condition["text"] for condition in answer.json()["conditions"])
    shown = (await it.call(WHO, "GET", f"/certifications/{certification_id}/eligibility")).json()
    assert (shown["can_apply"], shown["needs_check"]) == (False, False)
    assert [each["code"] for each in shown["conditions"] if not each["holds"]] == codes(answer)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-04-09T23:59:59+08:00", 409),
        ("2026-04-10T00:00:00+08:00", 201),
        ("2026-05-10T23:59:59+08:00", 201),
        ("2026-05-11T00:00:00+08:00", 409),
    ],
)
async def test_the_window_of_an_innovative_title_is_the_month_before_its_expiry(it, at, expected):
    certification_id = await it.granted(**(INNOVATIVE | {"duties_from": "2026-05-01"}))
    await it.take(updated(profile(1)))
    it.at(at)
    assert (await applied(it, certification_id)).status_code == expected


async def test_a_second_application_is_refused_while_one_is_open(it):
    review = await submitted(it)
    second = await applied(it, review["certification_id"])
    assert codes(second) == ["application_open"]
    await it.call(WHO, "POST", f"/reviews/{review['id']}/withdrawal", {"reason": "补充材料"})
    assert (await applied(it, review["certification_id"])).status_code == 201


async def test_simultaneous_applications_make_one(it):
    certification_id = await ready(it)
    answers = await asyncio.gather(*(applied(it, certification_id) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_authority_then_bureau_extend_from_the_old_expiry_and_count_duties_afresh(it):
    review = await submitted(it)
    path = f"/reviews/{review['id']}"
    early = await it.call("bureau", "POST", f"{path}/bureau_decision", {"outcome": "approved", "opinion": "同意"})
    assert early.json()["type"] == "/problems/review-state"
    assert (
        await it.call("officer:XM-HL", "POST", f"{path}/authority_decision", {"outcome": "passed", "opinion": "…"})
    ).status_code == 404
    it.at("2026-05-20T10:00:00+08:00")
    await it.sweep()
    assert (await it.read(review["certification_id"]))["standing"] == "under_review"
    assert (await pass_on(it, review))["step"] == "bureau"
    wrong = await it.call("bureau", "POST", f"{path}/bureau_decision", {"outcome": "recommended", "opinion": "…"})
    (defect,) = wrong.json()["errors"]
    assert defect["code"] == "outcome_not_offered"
    assert defect["detail_zh"] == "对创新型中小企业，可作出的决定：同意通过复核、不予通过复核"
    approved = await it.call("bureau", "POST", f"{path}/bureau_decision", {"outcome": "approved", "opinion": "同意"})
    assert (approved.json()["status"], approved.json()["notice_ends"]) == ("in_public_notice", "2026-05-27")
    assert (await it.read(review["certification_id"]))["valid_to"] == "2026-05-10"
    it.at("2026-05-28T00:00:00+08:00")
    await it.sweep()
    title = await it.read(review["certification_id"])
    assert (title["valid_to"], title["standing"], title["window_opens"]) == ("2029-05-10", "valid", "2029-04-10")
    assert [duty["year"] for duty in title["duties"]] == [2026, 2027, 2028, 2029]
    (extended,) = await it.told("certification.extended.v1")
    assert [duty.year for duty in extended.data.certification.duties] == [2027, 2028, 2029]
    steps = (await it.call(WHO, "GET", path)).json()["steps"]
    acts = [step["act"] for step in steps if step["act"] != "on_site_check_recorded"]
    assert acts == ["applied", "authority_decision", "bureau_decision", "notice_ended"]


async def test_a_little_giant_is_recommended_and_the_ministry_decides(it):
    review = await passed(it, **GIANT)
    path = f"/reviews/{review['id']}"
    approve = {"outcome": "approved", "opinion": "同意"}
    assert (await it.call("bureau", "POST", f"{path}/bureau_decision", approve)).status_code == 422
    recommended = await it.call(
        "bureau", "POST", f"{path}/bureau_decision", {"outcome": "recommended", "opinion": "推荐"}
    )
    assert recommended.json()["step"] == "ministry"
    done = await it.call("bureau", "POST", f"{path}/ministry_decision", approve | {"decided_on": "2026-05-08"})
    assert done.json()["status"] == "approved"
    assert (await it.read(review["certification_id"]))["valid_to"] == "2029-04-30"


async def test_a_rejected_title_ends_at_its_expiry_and_cannot_apply_again(it):
    review = await submitted(it)
    await it.call(
        OFFICER, "POST", f"/reviews/{review['id']}/authority_decision", {"outcome": "rejected", "opinion": "不符"}
    )
    assert codes(await applied(it, review["certification_id"])) == ["review_rejected"]
    it.at("2026-05-11T00:00:00+08:00")
    await it.sweep()
    title = await it.read(review["certification_id"])
    assert (title["status"], "复核未通过" in title["ending"]["reason"]) == ("expired", True)


async def test_a_title_under_review_does_not_end_until_the_application_does(it):
    review = await submitted(it)
    it.at("2026-09-01T10:00:00+08:00")
    await it.sweep()
    assert (await it.read(review["certification_id"]))["standing"] == "under_review"
    await it.call(WHO, "POST", f"/reviews/{review['id']}/withdrawal", {"reason": "放弃"})
    await it.sweep()
    assert (await it.read(review["certification_id"]))["status"] == "expired"


async def test_losing_the_right_stops_an_open_application(it):
    certification_id = await it.granted(**(INNOVATIVE | {"valid_to": "2026-05-20", "valid_from": "2023-05-21"}))
    await it.take(updated(profile(1)))
    it.at("2026-04-25T10:00:00+08:00")
    review = (await applied(it, certification_id)).json()
    assert review["status"] == "submitted"
    it.at("2026-05-01T00:00:00+08:00")
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1))
    stopped = (await it.call(WHO, "GET", f"/reviews/{review['id']}")).json()
    assert (stopped["status"], stopped["steps"][-1]["citation"]["article"]) == ("stopped", "第十二条")
    decide = await it.call(
        OFFICER, "POST", f"/reviews/{review['id']}/authority_decision", {"outcome": "passed", "opinion": "…"}
    )
    assert decide.status_code == 409


async def test_of_two_officers_deciding_at_once_one_is_told_no(it):
    review = await submitted(it)
    outcomes = [{"outcome": "passed", "opinion": "甲"}, {"outcome": "rejected", "opinion": "乙"}]
    answers = await asyncio.gather(
        *(it.call(OFFICER, "POST", f"/reviews/{review['id']}/authority_decision", outcome) for outcome in outcomes)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_what_is_wrong_with_an_application_is_said(it):
    certification_id = await ready(it)
    answer = await it.call(
        WHO, "POST", "/reviews", {"certification_id": "x", "declaration": {"accepted": False, "signatory": ""}}
    )
    assert {each["pointer"] for each in answer.json()["errors"]} == {
        "/certification_id",
        "/declaration/accepted",
        "/declaration/signatory",
    }
    assert (await applied(it, certification_id, f"firm:{OTHER}")).status_code == 404
    nameless = await applied(it, certification_id, "bureau")
    assert [each["code"] for each in nameless.json()["errors"]] == ["paper_reference_missing"]
    assert (await applied(it, certification_id, "operator")).status_code == 403


async def test_the_list_is_filtered_by_who_acts_next(it):
    review = await submitted(it)
    found = (await it.call(OFFICER, "GET", "/reviews?step=authority&authority=XM-SM")).json()["items"]
    assert [each["id"] for each in found] == [review["id"]]
    assert (await it.call(OFFICER, "GET", "/reviews?step=bureau")).json()["items"] == []
    assert (await it.call("officer:XM-HL", "GET", "/reviews")).json()["items"] == []
    assert (await it.call("officer:XM-HL", "GET", f"/reviews/{review['id']}")).status_code == 404
