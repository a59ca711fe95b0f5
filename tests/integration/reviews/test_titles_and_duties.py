"""Titles: granting, duties, the right to a review lost and given back, the end of a title."""

import asyncio
from datetime import date, datetime
from uuid import UUID, uuid4

from services.cli.credit_codes import invented_code
from shared.contracts import (
    ChangeDecided,
    ChangeReportState,
    ChangeType,
    Citation,
    TitleDecision,
    TitleOutcome,
)
from tests.integration.reviews.conftest import FIRM, OTHER, grant, profile, updated

ON_TIME, TOO_LATE = "2026-04-30T15:59:59+00:00", "2026-04-30T16:00:00+00:00"


def decided(certification_id, outcome=TitleOutcome.CANCELLED):
    cited = Citation(rule="x", document="厦工信规〔2023〕2号", article="第十三条", text="…", text_en="…")
    now = datetime.fromisoformat("2026-06-01T10:00:00+08:00")
    return ChangeDecided(
        credit_code=FIRM,
        report=ChangeReportState(
            report_id=uuid4(), credit_code=FIRM, version=4, enterprise_name="厦门示例精工有限公司", authority="XM-SM",
            type=ChangeType.MERGER, status="decided", happened_on=date(2026, 5, 1), nominal_due=date(2026, 8, 1),
            due=date(2026, 8, 3), citation=cited,
        ),
        decisions=(
            TitleDecision(certification_id=certification_id, title="specialized", outcome=outcome, reason="不再符合", decided_by="bureau", decided_at=now),
        ),
    )  # fmt: skip


async def test_a_grant_tells_its_duties_and_window_and_the_same_again_changes_nothing(it):
    first = await it.call("bureau", "POST", "/certifications", grant())
    title = first.json()
    assert [(duty["year"], duty["due"], duty["state"]) for duty in title["duties"]] == [
        (2026, "2026-04-30", "open"), (2027, "2027-04-30", "open"),
    ]  # fmt: skip
    assert (title["window_opens"], title["window_closes"]) == ("2028-01-01", "2028-03-31")
    again = await it.call("bureau", "POST", "/certifications", grant())
    assert (again.status_code, again.json()["id"]) == (200, title["id"])
    other = await it.call("bureau", "POST", "/certifications", grant(valid_to="2028-12-31"))
    assert (other.status_code, other.json()["type"]) == (409, "/problems/grant-contradicts")
    assert [event.type for event in await it.told()] == ["certification.granted.v1"]


async def test_a_grant_names_every_defect(it):
    wrong = {"credit_code": "91350203MA31F1331X", "enterprise_name": "", "authority": "XM-NO", "title": "unicorn",
             "valid_from": "2026-05-01", "valid_to": "2025-05-01"}  # fmt: skip
    answer = await it.call("bureau", "POST", "/certifications", wrong)
    assert {each["pointer"] for each in answer.json()["errors"]} == {
        "/credit_code", "/enterprise_name", "/authority", "/title", "/valid_to",
    }  # fmt: skip
    assert (await it.call("officer:XM-SM", "POST", "/certifications", grant())).status_code == 403


async def test_a_growth_title_owes_no_updates(it):
    assert (await it.read(await it.granted(title="growth")))["duties"] == []


async def test_duties_before_the_list_was_taken_over_are_not_judged(it):
    title = await it.read(await it.granted(valid_from="2023-06-01", valid_to="2026-05-31", duties_from="2026-01-01"))
    assert [duty["year"] for duty in title["duties"]] == [2026]


async def test_an_update_meets_the_duty_whichever_news_comes_first(it):
    await it.take(updated(profile(2, y2026="2026-03-01T10:00:00+08:00")))
    late_grant = await it.granted()
    early_grant = await it.granted(credit_code=OTHER)
    await it.take(updated(profile(3, OTHER, y2026="2026-03-02T10:00:00+08:00")), updated(profile(2, OTHER)))
    for certification_id in (late_grant, early_grant):
        assert [duty["state"] for duty in (await it.read(certification_id))["duties"]] == ["met", "open"]


async def test_at_midnight_the_owner_is_asked_and_only_its_answer_costs_the_right(it):
    certification_id = await it.granted()
    await it.take(updated(profile(1)))
    it.at(ON_TIME)
    await it.sweep()
    assert not await it.told("profile.freshness_requested.v1")
    it.at(TOO_LATE)
    await it.sweep()
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    assert (await it.read(certification_id))["eligibility"] == "held"
    await it.reported(request, profile(1))
    title = await it.read(certification_id)
    assert (title["eligibility"], title["revocation"]["year"]) == ("revoked", 2026)
    assert title["revocation"]["citation"]["article"] == "第十二条"
    await it.reported(request, profile(1))
    assert len(await it.told("eligibility.revoked.v1")) == 1


async def test_an_owner_by_whose_clock_the_midnight_is_not_over_is_asked_again(it):
    certification_id = await it.granted()
    it.at(TOO_LATE)
    await it.sweep()
    (early,) = await it.told("profile.freshness_requested.v1")
    await it.reported(early, profile(1), as_of=ON_TIME)
    assert (await it.read(certification_id))["eligibility"] == "held"
    await it.sweep()
    _, again = await it.told("profile.freshness_requested.v1")
    await it.reported(again, profile(1))
    assert (await it.read(certification_id))["eligibility"] == "revoked"
    await it.sweep()
    assert len(await it.told("profile.freshness_requested.v1")) == 2


async def test_who_submitted_in_the_last_second_keeps_the_right_though_the_copy_is_old(it):
    certification_id = await it.granted()
    await it.take(updated(profile(1)))
    it.at(TOO_LATE)
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(2, y2026=ON_TIME))
    title = await it.read(certification_id)
    assert (title["eligibility"], title["duties"][0]["state"]) == ("held", "met")


async def test_a_late_update_restores_nothing_but_proof_of_one_in_time_does(it):
    certification_id = await it.granted()
    it.at(TOO_LATE)
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1))
    await it.take(updated(profile(2, y2026=TOO_LATE)))
    assert (await it.read(certification_id))["eligibility"] == "revoked"
    await it.take(updated(profile(3, y2026=ON_TIME)))
    assert (await it.read(certification_id))["eligibility"] == "held"
    assert len(await it.told("eligibility.restored.v1")) == 1


async def test_sweeps_side_by_side_ask_once_about_every_firm(it, start_service):
    codes = []
    for number in range(30):
        code = invented_code(number)
        codes.append(code)
        await it.granted(credit_code=code)
    it.at("2027-05-02T00:00:00+08:00")
    async with start_service("reviews", url=it.url) as second:
        second.clock.move(datetime.fromisoformat("2027-05-02T00:00:00+08:00"))
        await asyncio.gather(it.sweep(), *(each.round() for each in second.service.sweeps))
    asked = [event.data.credit_code for event in await it.told("profile.freshness_requested.v1")]
    assert sorted(asked) == sorted(codes)


async def test_a_decided_change_cancels_the_title_once(it):
    certification_id = await it.granted()
    await it.take(decided(certification_id, TitleOutcome.REFERRED))
    assert (await it.read(certification_id))["status"] == "valid"
    await it.take(decided(certification_id), decided(certification_id))
    title = await it.read(certification_id)
    assert (title["status"], title["standing"], title["ending"]["reason"]) == ("cancelled", "cancelled", "不再符合")
    assert len(await it.told("certification.cancelled.v1")) == 1


async def test_a_title_whose_window_closed_unused_ends_and_one_without_the_right_at_its_expiry(it):
    unused = await it.granted(valid_from="2023-04-01", valid_to="2026-03-31", duties_from="2026-04-01")
    revoked = await it.granted(
        title="innovative", valid_from="2023-06-01", valid_to="2026-05-31", duties_from="2026-01-01", credit_code=OTHER
    )
    it.at("2026-05-01T00:00:00+08:00")
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1, OTHER))
    it.at("2026-05-31T23:59:59+08:00")
    await it.sweep()
    assert (await it.read(revoked))["standing"] == "valid"
    it.at("2026-06-01T00:00:00+08:00")
    await it.sweep()
    assert ((await it.read(revoked))["status"], (await it.read(unused))["standing"]) == ("expired", "awaiting_review")
    it.at("2026-07-01T00:00:00+08:00")
    await it.sweep()
    assert (await it.read(unused))["status"] == "expired"
    assert {event.data.certification.certification_id for event in await it.told("certification.expired.v1")} == {
        UUID(each) for each in (unused, revoked)
    }


async def test_titles_outside_a_callers_reach_are_not_found(it):
    certification_id = await it.granted()
    for who in (f"firm:{OTHER}", "officer:XM-HL"):
        for path in (f"/certifications/{certification_id}", f"/certifications/{certification_id}/eligibility"):
            assert (await it.call(who, "GET", path)).status_code == 404
        assert (await it.call(who, "GET", "/certifications")).json()["items"] == []
    listed = (
        await it.call(
            "operator",
            "GET",
            f"/certifications?credit_code={FIRM}&title=specialized&status=valid&expires_to=2027-12-31",
        )
    ).json()
    assert [each["id"] for each in listed["items"]] == [certification_id]


async def test_a_renamed_firm_is_shown_by_its_present_name(it):
    certification_id = await it.granted()
    await it.take(updated(profile(4, name="厦门示例新名有限公司", authority="XM-HL")))
    title = await it.read(certification_id)
    assert (title["enterprise_name"], title["authority"]) == ("厦门示例新名有限公司", "XM-HL")
