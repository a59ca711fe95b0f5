"""Deadlines moved by notice: duties follow, wrong revocations are taken back, whatever comes first."""

import asyncio
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from services.cli.credit_codes import invented_code
from services.reviews.commands import extensions
from services.reviews.commands.grants import grant_many
from services.reviews.lists import GrantRow
from shared.contracts import DeadlineExtended, DeadlineExtensionWithdrawn, ExtensionState, ProfileChanged
from shared.regulation import Title
from tests.conftest import eventually
from tests.integration.reviews.conftest import BUREAU, FIRM, OTHER, act, applied, pass_on, profile, updated

LATE = "2026-05-10T10:00:00+08:00"
NOTICE = "厦工信企业〔2026〕36号"


def notice(number=1, due=date(2026, 6, 26), declared="2026-04-20T10:00:00+08:00", version=1, year=2026, **changes):
    return ExtensionState(
        **{
            "extension_id": UUID(int=number), "version": version, "duty": "update", "year": year,
            "titles": ("innovative", "specialized", "little_giant"), "authorities": None, "due": due, "source": NOTICE,
            "declared_at": datetime.fromisoformat(declared),
        }
        | changes
    )  # fmt: skip


def extended(state=None, **changes):
    return DeadlineExtended(extension=state or notice(**changes))


def withdrawn(**changes):
    state = notice(**{"version": 2, "withdrawn_at": datetime.fromisoformat("2026-05-02T10:00:00+08:00")} | changes)
    return DeadlineExtensionWithdrawn(extension=state, reason="文号有误")


async def missed(it, certification_id):
    """May comes, and the owner knows of no update."""
    it.at("2026-05-01T00:00:00+08:00")
    await it.sweep()
    for request in await it.told("profile.freshness_requested.v1"):
        await it.reported(request, profile(1, request.data.credit_code))
    assert (await it.read(certification_id))["eligibility"] == "revoked"


def duty_of(title, year=2026):
    duty = next(duty for duty in title["duties"] if duty["year"] == year)
    return duty["nominal_due"], duty["due"], duty["state"]


async def test_a_date_moved_before_it_passes_moves_the_duty_and_is_told(it):
    certification_id = await it.granted()
    await it.take(extended())
    await it.sweep()
    assert duty_of(await it.read(certification_id)) == ("2026-04-30", "2026-06-26", "open")
    (event,) = await it.told("certification.rescheduled.v1")
    duties = {duty.year: (duty.due, duty.extended_by) for duty in event.data.certification.duties}
    assert duties == {2026: (date(2026, 6, 26), NOTICE), 2027: (date(2027, 4, 30), None)}
    assert event.data.citation.rule == "update.extended"
    assert NOTICE in event.data.reason
    it.at("2026-06-26T23:59:59+08:00")
    await it.sweep()
    assert not await it.told("profile.freshness_requested.v1")
    it.at("2026-06-27T00:00:00+08:00")
    await it.sweep()
    assert len(await it.told("profile.freshness_requested.v1")) == 1


async def test_a_date_moved_after_it_passed_takes_the_revocation_back(it):
    certification_id = await it.granted()
    await missed(it, certification_id)
    await it.take(extended(declared=LATE))
    await it.sweep()
    title = await it.read(certification_id)
    assert (title["eligibility"], title["revocation"]) == ("held", None)
    assert duty_of(title) == ("2026-04-30", "2026-06-26", "open")
    (event,) = await it.told("eligibility.restored.v1")
    assert (event.data.by, event.data.citation.rule) == ("platform", "update.extended")
    assert "2026年6月26日" in event.data.citation.text
    assert [each["act"] for each in title["eligibility_history"]] == ["revoked", "restored"]


async def test_an_update_between_the_old_and_the_new_date_is_in_time(it):
    certification_id = await it.granted()
    await missed(it, certification_id)
    it.at(LATE)
    await it.take(updated(profile(2, y2026=LATE)))
    assert (await it.read(certification_id))["eligibility"] == "revoked"
    await it.take(extended(declared=LATE))
    await it.sweep()
    title = await it.read(certification_id)
    assert (title["eligibility"], duty_of(title)[2]) == ("held", "met")
    assert title["duties"][0]["submitted_at"] == "2026-05-10T02:00:00Z"


async def test_where_the_new_date_has_passed_too_only_an_update_by_then_helps(it):
    kept, lost = await it.granted(), await it.granted(credit_code=OTHER)
    await missed(it, kept)
    it.at("2026-07-01T10:00:00+08:00")
    await it.take(updated(profile(2, y2026=LATE)), updated(profile(2, OTHER, y2026="2026-06-30T10:00:00+08:00")))
    await it.take(extended(declared="2026-07-01T10:00:00+08:00"))
    await it.sweep()
    assert ((await it.read(kept))["eligibility"], (await it.read(lost))["eligibility"]) == ("held", "revoked")
    assert duty_of(await it.read(lost))[1:] == ("2026-06-26", "missed")


async def test_in_one_authority_alone_and_a_firm_that_moves_goes_by_its_present_one(it):
    siming, xiangan = await it.granted(), await it.granted(credit_code=OTHER, authority="XM-XA")
    await it.take(extended(authorities=("XM-XA",)))
    await it.sweep()
    assert duty_of(await it.read(siming))[1] == "2026-04-30"
    assert duty_of(await it.read(xiangan))[1] == "2026-06-26"

    def moves(version, code, authority):
        return ProfileChanged(
            credit_code=code, profile=profile(version, code, authority=authority), changed=("authority",)
        )

    await it.take(moves(2, FIRM, "XM-XA"), moves(2, OTHER, "XM-SM"))
    assert duty_of(await it.read(siming))[1] == "2026-06-26"
    assert duty_of(await it.read(xiangan))[1] == "2026-04-30"


async def test_titles_that_are_not_named_and_other_years_stay(it):
    innovative = await it.granted(title="innovative")
    specialized = await it.granted()
    await it.take(extended(titles=("innovative",)))
    await it.sweep()
    assert duty_of(await it.read(specialized))[1] == "2026-04-30"
    assert [duty["due"] for duty in (await it.read(innovative))["duties"]] == ["2026-06-26", "2027-04-30"]


async def test_a_later_notice_overrides_an_earlier_one_whichever_arrives_first(it):
    certification_id = await it.granted()
    await it.take(extended(number=9, due=date(2026, 5, 31), declared="2026-04-25T10:00:00+08:00"))
    await it.take(extended(number=10, due=date(2026, 6, 26)))
    await it.sweep()
    assert duty_of(await it.read(certification_id))[1] == "2026-05-31"
    assert len(await it.told("certification.rescheduled.v1")) == 1


async def test_a_withdrawn_notice_gives_the_old_date_back_and_the_owner_decides(it):
    certification_id = await it.granted()
    await it.take(extended())
    await it.sweep()
    it.at("2026-05-02T10:00:00+08:00")
    await it.take(updated(profile(1)))
    await it.take(withdrawn())
    await it.sweep()
    title = await it.read(certification_id)
    assert (duty_of(title), title["eligibility"]) == (("2026-04-30", "2026-04-30", "open"), "held")
    assert (await it.told("certification.rescheduled.v1"))[-1].data.citation.rule == "update.due"
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1))
    assert (await it.read(certification_id))["eligibility"] == "revoked"


async def test_an_update_that_was_in_time_only_by_a_withdrawn_notice_is_judged_again(it):
    certification_id = await it.granted()
    await it.take(extended())
    await it.sweep()
    it.at("2026-05-01T10:00:00+08:00")
    late = profile(2, y2026="2026-05-01T10:00:00+08:00")
    await it.take(updated(late))
    assert duty_of(await it.read(certification_id))[2] == "met"
    it.at("2026-05-02T10:00:00+08:00")
    await it.take(withdrawn())
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, late)
    assert duty_of(await it.read(certification_id))[2] == "missed"


async def test_a_withdrawal_that_comes_before_its_notice_holds(it):
    certification_id = await it.granted()
    await it.take(withdrawn(), extended(), withdrawn())
    await it.take(extended())
    await it.sweep()
    assert duty_of(await it.read(certification_id))[1] == "2026-04-30"
    assert not await it.told("certification.rescheduled.v1")


async def test_the_same_notice_twice_moves_once(it):
    await it.granted()
    await it.take(extended())
    await it.take(extended())
    await it.sweep()
    await it.sweep()
    assert len(await it.told("certification.rescheduled.v1")) == 1


async def test_a_title_granted_later_has_the_moved_date_from_its_beginning(it):
    await it.take(extended())
    early = await it.granted()
    assert duty_of(await it.read(early))[1] == "2026-06-26"
    (event,) = await it.told("certification.granted.v1")
    assert event.data.certification.duties[0].extended_by == NOTICE
    await it.sweep()
    assert not await it.told("certification.rescheduled.v1")


async def test_a_title_extended_later_has_the_moved_date_in_its_new_period(it):
    certification_id = await it.granted(title="innovative", valid_from="2023-04-01", valid_to="2026-03-31",
                                        duties_from="2026-04-01")  # fmt: skip
    await it.take(updated(profile(1)), extended())
    review = (await applied(it, certification_id)).json()
    await pass_on(it, review)
    await act(it, BUREAU, review, "bureau_decision", {"outcome": "approved", "opinion": "同意"})
    it.at("2026-03-27T10:00:00+08:00")
    await it.sweep()
    (event,) = await it.told("certification.extended.v1")
    assert [(duty.year, duty.due) for duty in event.data.certification.duties][0] == (2026, date(2026, 6, 26))


async def test_no_right_is_lost_while_a_notice_is_still_being_followed(it):
    certification_id = await it.granted()
    it.at("2026-05-01T00:00:00+08:00")
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.take(extended())
    await it.reported(request, profile(1))
    title = await it.read(certification_id)
    assert (title["eligibility"], duty_of(title)[1:]) == ("held", ("2026-06-26", "open"))
    await it.sweep()
    assert not await it.told("eligibility.revoked.v1")


async def test_a_right_lost_for_two_years_stays_lost_for_the_other(it):
    certification_id = await it.granted(valid_from="2024-01-01", valid_to="2026-12-31")
    await missed(it, certification_id)
    assert (await it.read(certification_id))["revocation"]["year"] == 2025
    await it.take(extended(year=2025, due=date(2026, 6, 26), declared=LATE))
    await it.sweep()
    title = await it.read(certification_id)
    assert (title["eligibility"], title["revocation"]["year"]) == ("revoked", 2026)


async def test_what_an_officer_forgave_or_took_no_notice_changes(it):
    certification_id = await it.granted()
    await missed(it, certification_id)
    await it.call("bureau", "POST", f"/certifications/{certification_id}/restoration", {"reason": "情况属实"})
    await it.call(
        "bureau", "POST", f"/certifications/{certification_id}/revocation", {"duty": "update", "reason": "查实不符"}
    )
    await it.take(extended(declared=LATE))
    await it.sweep()
    title = await it.read(certification_id)
    assert (title["eligibility"], duty_of(title)[1:]) == ("revoked", ("2026-06-26", "forgiven"))


async def test_duties_from_looks_at_the_date_that_holds(it):
    certification_id = await it.granted(valid_from="2024-01-01", valid_to="2027-12-31", duties_from="2026-06-01")
    assert [duty["year"] for duty in (await it.read(certification_id))["duties"]] == [2027]
    await it.take(extended())
    await it.sweep()
    assert duty_of(await it.read(certification_id)) == ("2026-04-30", "2026-06-26", "open")
    await it.take(withdrawn())
    await it.sweep()
    assert duty_of(await it.read(certification_id))[2] == "lapsed"
    assert [duty.year for duty in (await it.told("certification.rescheduled.v1"))[-1].data.certification.duties] == [
        2027
    ]
    await it.take(extended(number=2))
    await it.sweep()
    assert duty_of(await it.read(certification_id))[2] == "open"


async def test_the_gate_judges_by_the_moved_date(it):
    certification_id = await it.granted(title="innovative", valid_from="2023-06-01", valid_to="2026-05-31",
                                        duties_from="2026-01-01")  # fmt: skip
    it.at("2026-05-20T10:00:00+08:00")
    await it.take(updated(profile(1)), extended())
    await it.sweep()
    eligibility = (await it.call("bureau", "GET", f"/certifications/{certification_id}/eligibility")).json()
    fresh = next(each for each in eligibility["conditions"] if each["code"] == "profile_stale")
    assert (fresh["holds"], fresh["inputs"]["years"][0]["due"]) == (True, "2026-06-26")
    assert fresh["inputs"]["years"][0]["extended_by"] == NOTICE


async def test_many_titles_follow_in_pages_by_several_replicas(it, start_service, monkeypatch):
    monkeypatch.setattr(extensions, "PAGE", 7)
    ids = [await it.granted(credit_code=invented_code(number)) for number in range(30)]
    await it.take(extended())
    async with it.backend.work() as work:
        assert await extensions.follow_extensions(work) == 7
    async with start_service("reviews", url=it.url) as second:
        async with it.backend.work() as work, second.backend.work() as other:
            assert await extensions.follow_extensions(work) == 7
            assert await extensions.follow_extensions(other) == 0
    await it.sweep()
    assert {duty_of(await it.read(each))[1] for each in ids} == {"2026-06-26"}
    assert len(await it.told("certification.rescheduled.v1")) == 30


async def test_a_notice_that_arrives_during_a_grant_waits_for_it_and_finds_its_title(it):
    async with it.backend.work() as work:
        row = GrantRow(FIRM, "厦门示例精工有限公司", "XM-SM", Title.SPECIALIZED, date(2025, 1, 1), date(2027, 12, 31))
        await grant_many(work, [row], None)
        arriving = asyncio.create_task(it.take(extended()))
        await eventually(lambda: work.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
        assert not arriving.done()
    await arriving
    await it.sweep()
    (listed,) = (await it.call("bureau", "GET", "/certifications")).json()["items"]
    assert duty_of(await it.read(listed["id"]))[1] == "2026-06-26"
