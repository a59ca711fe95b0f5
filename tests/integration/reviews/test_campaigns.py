"""Campaigns: windows overridden both ways, spread over their titles, and taken back."""

import asyncio
from datetime import date, datetime
from uuid import UUID

import pytest

from services.cli.credit_codes import invented_code
from services.reviews.commands import campaigns as commands
from shared.regulation import in_chinese
from tests.integration.reviews.conftest import (
    BUREAU,
    FIRM,
    INNOVATIVE,
    OFFICER,
    OTHER,
    WHO,
    act,
    applied,
    grant,
    noticed,
    profile,
    read_review,
    updated,
)

CAMPAIGN = {
    "titles": ["specialized"],
    "expires_from": "2026-01-01",
    "expires_to": "2026-12-31",
    "opens": "2026-03-20",
    "closes": "2026-08-31",
    "source": "关于组织开展2026年复核工作的通知",
}
TITLE = {"valid_from": "2023-04-01", "valid_to": "2026-03-31", "duties_from": "2026-05-01"}


async def declared(it, **changes):
    answer = await it.call(BUREAU, "POST", "/campaigns", CAMPAIGN | changes)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api/v1/campaigns/{answer.json()['id']}"
    return answer.json()


async def end(it, campaign, expect=200):
    answer = await it.call(BUREAU, "POST", f"/campaigns/{campaign['id']}/end", {"reason": "通知撤回"})
    assert answer.status_code == expect, answer.text
    return answer.json()


async def window(it, certification_id):
    title = await it.read(certification_id)
    return title["window_opens"], title["window_closes"], title["campaign_id"]


async def one_sweep(it, name):
    await next(each for each in it.sweeps if each.name == name).round()


async def test_a_campaign_overrides_the_window_and_tells_every_title_that_it_covers(it):
    covered = await it.granted(**TITLE)
    later = await it.granted(title="specialized", valid_to="2027-03-31", valid_from="2024-04-01")
    other = await it.granted(**(TITLE | {"title": "growth"}))
    campaign = await declared(it)
    await it.sweep()
    assert await window(it, covered) == ("2026-03-20", "2026-08-31", campaign["id"])
    assert [(await window(it, each))[2] for each in (later, other)] == [None, None]
    title = await it.read(covered)
    assert title["window_citation"]["rule"] == "review.campaign"
    assert CAMPAIGN["source"] in title["window_citation"]["text"]
    (told,) = await it.told("certification.rescheduled.v1")
    assert (str(told.data.certification.certification_id), told.sequence) == (covered, 2)
    assert (str(told.data.certification.window_opens), told.data.citation.rule) == ("2026-03-20", "review.campaign")
    await it.sweep()
    assert len(await it.told("certification.rescheduled.v1")) == 1
    assert not (await it.call(WHO, "GET", f"/campaigns/{campaign['id']}")).json()["spreading"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-19T23:59:59+08:00", 409),
        ("2026-03-20T00:00:00+08:00", 201),
        ("2026-08-31T23:59:59+08:00", 201),
        ("2026-09-01T00:00:00+08:00", 409),
    ],
)
async def test_a_campaign_is_in_force_at_once_to_the_day(it, at, expected):
    certification_id = await it.granted(**TITLE)
    await it.take(updated(profile(1)))
    await declared(it)
    it.at(at)
    eligibility = (await it.call(WHO, "GET", f"/certifications/{certification_id}/eligibility")).json()
    assert eligibility["window"] == {"opens": "2026-03-20", "closes": "2026-08-31"}
    (condition,) = [each for each in eligibility["conditions"] if each["code"].startswith("window")]
    assert (condition["citation"]["rule"], condition["holds"]) == ("review.campaign", expected == 201)
    assert (await applied(it, certification_id)).status_code == expected


async def test_a_campaign_may_open_later_and_close_earlier_than_the_rule(it):
    certification_id = await it.granted(**INNOVATIVE)
    await it.take(updated(profile(1, y2026="2026-04-01T10:00:00+08:00")))
    await declared(it, titles=["innovative"], opens="2026-05-04", closes="2026-05-06")
    for at, expected in (("2026-04-15", 409), ("2026-05-03", 409), ("2026-05-07", 409), ("2026-05-05", 201)):
        it.at(f"{at}T10:00:00+08:00")
        assert (await applied(it, certification_id)).status_code == expected


@pytest.mark.parametrize(
    ("closes", "still", "over"),
    [
        ("2026-08-31", "2026-08-31T23:59:59+08:00", "2026-09-01T00:00:00+08:00"),
        ("2026-05-15", "2026-05-15T23:59:59+08:00", "2026-05-16T00:00:00+08:00"),
    ],
)
async def test_a_title_that_was_not_applied_for_ends_when_the_campaign_has_closed(it, closes, still, over):
    certification_id = await it.granted(**TITLE)
    await declared(it, closes=closes)
    it.at(still)
    await it.sweep()
    assert (await it.read(certification_id))["standing"] == "awaiting_review"
    it.at(over)
    await it.sweep()
    title = await it.read(certification_id)
    assert (title["status"], in_chinese(date.fromisoformat(closes)) in title["ending"]["reason"]) == ("expired", True)


async def test_no_title_ends_by_an_old_window_while_the_campaign_is_still_being_spread(it):
    certification_id = await it.granted(**TITLE)
    it.at("2026-06-30T23:59:59+08:00")
    await declared(it)
    it.at("2026-07-01T00:00:00+08:00")
    await one_sweep(it, "titles ending")
    assert (await it.read(certification_id))["status"] == "valid"
    await it.sweep()
    assert await window(it, certification_id) != ("2026-04-01", "2026-06-30", None)
    assert (await it.read(certification_id))["standing"] == "awaiting_review"


async def test_a_title_that_has_ended_is_not_revived(it):
    certification_id = await it.granted(**TITLE)
    it.at("2026-07-01T00:00:00+08:00")
    await it.sweep()
    await declared(it)
    await it.sweep()
    assert (await it.read(certification_id))["status"] == "expired"
    assert not await it.told("certification.rescheduled.v1")


async def test_the_campaign_declared_last_wins_and_each_end_falls_back_to_the_one_before(it):
    certification_id = await it.granted(**TITLE)
    first = await declared(it)
    second = await declared(it, titles=["specialized", "growth"], closes="2026-10-31")
    await it.sweep()
    assert await window(it, certification_id) == ("2026-03-20", "2026-10-31", second["id"])
    ended = await end(it, second)
    assert (ended["end_reason"], ended["spreading"]) == ("通知撤回", True)
    assert (await end(it, second, 409))["type"] == "/problems/campaign-ended"
    await it.sweep()
    assert await window(it, certification_id) == ("2026-03-20", "2026-08-31", first["id"])
    await end(it, first)
    await it.sweep()
    assert await window(it, certification_id) == ("2026-04-01", "2026-06-30", None)
    told = await it.told("certification.rescheduled.v1")
    assert [each.data.citation.rule for each in told] == ["review.campaign", "review.campaign", "review.window"]
    assert "通知撤回" in told[-1].data.reason
    assert (await it.read(certification_id))["window_citation"] is None


async def test_titles_that_are_granted_or_extended_later_get_the_campaigns_window(it):
    campaign = await declared(it)
    granted = await it.granted(**TITLE)
    assert await window(it, granted) == ("2026-03-20", "2026-08-31", campaign["id"])
    future = await declared(
        it,
        titles=["innovative"],
        expires_from="2029-01-01",
        expires_to="2029-12-31",
        opens="2029-02-01",
        closes="2029-09-30",
    )
    review = await noticed(it, credit_code=OTHER)
    it.at("2026-05-15T00:00:00+08:00")
    await it.sweep()
    assert await window(it, review["certification_id"]) == ("2029-02-01", "2029-09-30", future["id"])


async def test_an_application_is_judged_by_the_campaign_in_force_when_it_was_made(it):
    certification_id = await it.granted(**TITLE)
    campaign = await declared(it)
    it.at("2026-03-25T10:00:00+08:00")
    review = (await applied(it, certification_id)).json()
    assert review["status"] == "checking"
    it.at("2026-03-26T10:00:00+08:00")
    await end(it, campaign)
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1))
    assert (await read_review(it, review))["status"] == "submitted"
    await act(it, OFFICER, review, "authority_decision", {"outcome": "rejected", "opinion": "不符合"})


async def test_a_large_cohort_is_spread_by_replicas_in_pages_and_everyone_is_told_once(it, start_service, monkeypatch):
    monkeypatch.setattr(commands, "PAGE", 3)
    ids = [await it.granted(**TITLE, credit_code=invented_code(number)) for number in range(20)]
    await declared(it)
    await declared(it, closes="2026-09-30")
    async with start_service("reviews", url=it.url) as second:
        second.clock.move(datetime.fromisoformat("2026-03-15T10:00:00+08:00"))
        await asyncio.gather(it.sweep(), *(each.round() for each in second.service.sweeps))
    await it.sweep()
    assert {(await window(it, each))[1] for each in ids} == {"2026-09-30"}
    told = await it.told("certification.rescheduled.v1")
    assert {each.data.certification.certification_id for each in told} == {UUID(each) for each in ids}
    assert len({(each.data.certification.certification_id, each.sequence) for each in told}) == len(told)


async def test_spreading_goes_on_where_a_stopped_replica_left_it(it, monkeypatch):
    monkeypatch.setattr(commands, "PAGE", 3)
    ids = [await it.granted(**TITLE, credit_code=invented_code(number)) for number in range(7)]
    await declared(it)
    async with it.backend.work() as work:
        assert await commands.spread(work) == 3
    assert [(await window(it, each))[2] is not None for each in ids].count(True) == 3
    await it.sweep()
    assert len(await it.told("certification.rescheduled.v1")) == 7


async def test_grants_at_the_moment_of_the_declaration_miss_nothing(it):
    grants = [
        it.call(BUREAU, "POST", "/certifications", grant(**TITLE, credit_code=invented_code(number)))
        for number in range(10)
    ]
    answers = await asyncio.gather(*grants[:5], it.call(BUREAU, "POST", "/campaigns", CAMPAIGN), *grants[5:])
    assert {answer.status_code for answer in answers} == {201}
    await it.sweep()
    listed = (await it.call(BUREAU, "GET", "/certifications?title=specialized")).json()["items"]
    assert {each["window_closes"] for each in listed} == {"2026-08-31"}


async def test_what_is_wrong_with_a_campaign_is_said_and_only_the_bureau_declares_one(it):
    wrong = {
        "titles": [],
        "expires_from": "2026-12-31",
        "expires_to": "2026-01-01",
        "opens": "2026-05-01",
        "closes": "2026-04-30",
        "source": "",
    }
    answer = await it.call(BUREAU, "POST", "/campaigns", wrong)
    assert {each["pointer"] for each in answer.json()["errors"]} == {"/titles", "/expires_to", "/closes", "/source"}
    for who in (OFFICER, f"firm:{FIRM}", "operator"):
        assert (await it.call(who, "POST", "/campaigns", CAMPAIGN)).status_code == 403
    campaign = await declared(it)
    assert (await it.call(OFFICER, "POST", f"/campaigns/{campaign['id']}/end", {"reason": "…"})).status_code == 403
    nowhere = "/campaigns/01900000-0000-7000-8000-000000000001"
    assert (await it.call(WHO, "GET", nowhere)).status_code == 404
    assert (await it.call(BUREAU, "POST", f"{nowhere}/end", {"reason": "…"})).status_code == 404


async def test_campaigns_are_listed_the_newest_first(it):
    made = [(await declared(it, source=f"通知{number}"))["id"] for number in range(5)]
    first = (await it.call(OFFICER, "GET", "/campaigns?limit=3")).json()
    second = (await it.call(OFFICER, "GET", first["next"].removeprefix("/api/v1"))).json()
    assert [each["id"] for each in first["items"] + second["items"]] == made[::-1]


async def test_campaigns_that_are_open_or_will_be_are_told_to_everybody_the_newest_first(it):
    async def current():
        answer = await it.http.get("/api/v1/campaigns/current")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=300")
        return answer.json()["items"]

    assert await current() == []
    overruled = await declared(it, titles=["specialized"], expires_to="2026-06-30")
    first = await declared(it)
    second = await declared(it, titles=["growth"], opens="2026-09-01", closes="2026-12-31")
    items = await current()
    assert [each["id"] for each in items] == [second["id"], first["id"]]
    assert overruled["id"] not in {each["id"] for each in items}
    assert (items[1]["opens"], items[1]["title_names"]) == (CAMPAIGN["opens"], ["专精特新中小企业"])
    assert CAMPAIGN["source"] in items[1]["citation"]["text"]
    assert not {name for each in items for name in each} & {"declared_by_name", "ended_by_name"}
    await end(it, second)
    assert [each["id"] for each in await current()] == [first["id"]]
    it.at("2026-09-01T00:00:00+08:00")
    assert await current() == []


async def test_the_titles_that_a_campaign_would_cover_are_counted_and_then_those_that_follow_it(it):
    for number in range(3):
        await it.granted(**TITLE, credit_code=invented_code(number))
    await it.granted(**TITLE | {"title": "growth"})
    preview = await it.call(BUREAU, "POST", "/campaigns/preview", CAMPAIGN)
    assert preview.json()["covered"] == [{"title": "specialized", "titles": 3, "moved": 0}]
    assert CAMPAIGN["source"] in preview.json()["citation"]["text"]
    assert (await it.call(OFFICER, "POST", "/campaigns/preview", CAMPAIGN)).status_code == 403
    assert (await it.call(BUREAU, "GET", "/campaigns")).json()["items"] == []
    first = await declared(it)
    await it.sweep()
    second = await declared(it, titles=["specialized", "growth"], source="另一通知")
    path = f"/campaigns/{first['id']}"
    assert (await it.call(BUREAU, "GET", path)).json()["covered"] == [{"title": "specialized", "titles": 3, "moved": 3}]
    await it.sweep()
    assert (await it.call(BUREAU, "GET", path)).json()["covered"][0]["moved"] == 0
    assert [
        each["moved"] for each in (await it.call(BUREAU, "GET", f"/campaigns/{second['id']}")).json()["covered"]
    ] == [1, 3]
    assert (await it.call(WHO, "GET", path)).json()["covered"] is None


async def test_campaigns_in_force_are_told_from_those_that_were_ended(it):
    ended, kept = await declared(it), await declared(it)
    await end(it, ended)
    for in_force, expected in (("true", kept), ("false", ended)):
        (found,) = (await it.call(OFFICER, "GET", f"/campaigns?in_force={in_force}")).json()["items"]
        assert found["id"] == expected["id"]
