"""Public notice: with and without objections, its exact end, and what can still happen to an application on it."""

import asyncio
from datetime import datetime

import pytest

from services.cli.credit_codes import invented_code
from tests.integration.reviews.conftest import (
    BUREAU,
    GIANT,
    OFFICER,
    act,
    applied,
    noticed,
    pass_on,
    passed,
    profile,
    read_review,
    updated,
)
from tests.integration.reviews.test_every_act_in_every_state import cancelled

OBJECTION = {"from_whom": "某同业企业", "text": "主营业务占比与申报不符"}
DISMISSED, UPHELD = {"upheld": False, "finding": "经核实不成立"}, {"upheld": True, "finding": "经核实属实"}
LAST_SECOND, OVER = "2026-05-14T23:59:59+08:00", "2026-05-15T00:00:00+08:00"


async def test_the_title_is_extended_when_the_notice_is_over_and_not_a_second_before(it):
    review = await noticed(it)
    assert (review["status"], review["notice_ends"]) == ("in_public_notice", "2026-05-14")
    (told,) = await it.told("review.noticed.v1")
    assert (str(told.data.begins), str(told.data.ends)) == ("2026-05-08", "2026-05-14")
    assert not await it.told("review.decided.v1")
    it.at(LAST_SECOND)
    await it.sweep()
    assert (await read_review(it, review))["status"] == "in_public_notice"
    it.at(OVER)
    await it.sweep()
    done = await read_review(it, review)
    assert (done["status"], done["steps"][-1]["act"]) == ("approved", "notice_ended")
    assert (await it.read(review["certification_id"]))["valid_to"] == "2029-05-10"
    (told,) = await it.told("review.decided.v1")
    assert (told.data.outcome, told.data.by) == ("approved", "bureau")


async def test_while_an_objection_is_open_nothing_is_approved_and_once_dismissed_it_is(it):
    review = await noticed(it)
    objected = await act(it, OFFICER, review, "objections", OBJECTION, 201)
    assert [(each["number"], each["from_whom"]) for each in objected["objections"]] == [(1, "某同业企业")]
    it.at(OVER)
    await it.sweep()
    assert (await read_review(it, review))["status"] == "in_public_notice"
    late = await act(it, BUREAU, review, "objections", OBJECTION, 409)
    assert late["type"] == "/problems/notice-over"
    await act(it, BUREAU, review, "objections/1/finding", DISMISSED)
    twice = await act(it, BUREAU, review, "objections/1/finding", UPHELD, 409)
    assert twice["type"] == "/problems/objection-settled"
    await act(it, BUREAU, review, "objections/2/finding", UPHELD, 404)
    await act(it, OFFICER, review, "objections/1/finding", UPHELD, 403)
    await it.sweep()
    done = await read_review(it, review)
    assert done["status"] == "approved"
    assert (done["objections"][0]["from_whom"], done["objections"][0]["upheld"]) == (None, False)
    (objection,), (settled,) = await it.told("review.objected.v1"), await it.told("review.objection_settled.v1")
    assert "某同业企业" not in objection.data.model_dump_json() + settled.data.model_dump_json()


async def test_an_upheld_objection_rejects_the_application_for_good(it):
    review = await noticed(it)
    await act(it, BUREAU, review, "objections", OBJECTION, 201)
    await act(it, BUREAU, review, "objections", OBJECTION | {"text": "另一异议"}, 201)
    done = await act(it, BUREAU, review, "objections/2/finding", UPHELD)
    assert done["status"] == "rejected"
    it.at(OVER)
    await it.sweep()
    title = await it.read(review["certification_id"])
    assert (title["status"], title["valid_to"]) == ("expired", "2026-05-10")
    assert [each.data.outcome for each in await it.told("review.decided.v1")] == ["rejected"]


async def test_of_two_findings_at_once_one_holds(it):
    review = await noticed(it)
    await act(it, BUREAU, review, "objections", OBJECTION, 201)
    path = f"/reviews/{review['id']}/objections/1/finding"
    answers = await asyncio.gather(*(it.call(BUREAU, "POST", path, body) for body in (UPHELD, DISMISSED)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_objections_at_once_are_numbered_each_by_its_own(it):
    review = await noticed(it)
    await asyncio.gather(*(act(it, BUREAU, review, "objections", OBJECTION, 201) for _ in range(5)))
    assert [each["number"] for each in (await read_review(it, review))["objections"]] == [1, 2, 3, 4, 5]


async def test_losing_the_title_during_the_notice_stops_it(it):
    review = await noticed(it)
    await it.take(cancelled(review["certification_id"], review["credit_code"]))
    it.at(OVER)
    await it.sweep()
    stopped = await read_review(it, review)
    assert (stopped["status"], stopped["steps"][-1]["citation"]["article"]) == ("stopped", "第十三条")
    assert (await it.read(review["certification_id"]))["status"] == "cancelled"


@pytest.mark.parametrize(("update", "expected"), [("2026-04-30T23:59:59+08:00", "approved"), (None, "stopped")])
async def test_an_update_that_fell_due_with_the_notice_is_settled_before_anything_is_approved(it, update, expected):
    certification_id = await it.granted(title="innovative", valid_from="2023-05-21", valid_to="2026-05-20", duties_from="2026-01-01")  # fmt: skip
    await it.take(updated(profile(1)))
    it.at("2026-04-23T10:00:00+08:00")
    review = await pass_on(it, (await applied(it, certification_id)).json())
    review = await act(it, BUREAU, review, "bureau_decision", {"outcome": "approved", "opinion": "拟同意"})
    assert review["notice_ends"] == "2026-04-30"
    it.at("2026-05-01T00:00:00+08:00")
    await it.sweep()
    await it.sweep()
    assert (await read_review(it, review))["status"] == "in_public_notice"
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(2, y2026=update) if update else profile(1))
    await it.sweep()
    assert (await read_review(it, review))["status"] == expected


async def test_a_ministrys_approval_needs_no_notice_of_the_citys(it):
    review = await passed(it, **GIANT)
    await act(it, BUREAU, review, "bureau_decision", {"outcome": "recommended", "opinion": "推荐"})
    done = await act(
        it, BUREAU, review, "ministry_decision", {"outcome": "approved", "opinion": "通过", "decided_on": "2026-05-08"}
    )
    assert (done["status"], done["notice_ends"]) == ("approved", None)
    assert not await it.told("review.noticed.v1")


async def test_replicas_that_sweep_side_by_side_approve_once(it, start_service):
    reviews = [await noticed(it, credit_code=invented_code(number)) for number in range(12)]
    it.at(OVER)
    async with start_service("reviews", url=it.url) as second:
        second.clock.move(datetime.fromisoformat(OVER))
        await asyncio.gather(it.sweep(), *(each.round() for each in second.service.sweeps))
    await it.sweep()
    assert {(await read_review(it, each, BUREAU))["status"] for each in reviews} == {"approved"}
    assert len(await it.told("certification.extended.v1")) == len(reviews)
