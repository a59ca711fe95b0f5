"""Eligibility at another instant and under other rules: what would be decided, with nothing changed."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from services.reviews.models import Certification, Review, UpdateDuty
from shared.messaging.tables import OutboxRow
from tests.integration.reviews.conftest import WHO, grant, noticed, profile, read_review, updated
from tests.integration.reviews.test_deadline_extensions import withdrawn

TITLE = {"title": "specialized", "valid_from": "2023-07-11", "valid_to": "2026-07-10", "duties_from": "2026-01-01"}


async def eligibility(it, certification_id, query="", who=WHO):
    return await it.call(who, "GET", f"/certifications/{certification_id}/eligibility{query}")


def failed(answer):
    return [each["code"] for each in answer.json()["conditions"] if not each["holds"]]


async def everything(it):
    async with it.backend.work() as work:
        return [
            [
                {column.key: getattr(row, column.key) for column in model.__table__.columns}
                for row in await work.session.scalars(select(model).order_by(*model.__table__.primary_key))
            ]
            for model in (Certification, UpdateDuty, Review, OutboxRow)
        ]


@pytest.fixture
async def certification_id(it):
    certification_id = await it.granted(**TITLE)
    await it.take(updated(profile(2, y2026="2026-05-03T10:00:00+08:00")))
    it.at("2026-06-20T10:00:00+08:00")
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(2, y2026="2026-05-03T10:00:00+08:00"))
    return certification_id


async def test_now_is_answered_as_ever_and_says_under_which_rules(it, certification_id):
    now = (await eligibility(it, certification_id)).json()
    assert (now["rules"], now["hypothetical"], now["facts"]) == ("xiamen-2023", False, [])
    same = (await eligibility(it, certification_id, f"?rules=xiamen-2023&as_of={now['as_of']}")).json()
    assert (same["hypothetical"], same["as_of"]) == (True, now["as_of"])
    for part in ("can_apply", "needs_check", "standing", "window", "conditions", "profile_version"):
        assert same[part] == now[part], part


@pytest.mark.parametrize(
    ("query", "fails", "window"),
    [
        ("?as_of=2026-04-30", ["window_not_open"], ("2026-07-11", "2026-10-10")),
        ("?as_of=2026-05-01", ["window_not_open", "profile_stale"], ("2026-07-11", "2026-10-10")),
        ("?as_of=2026-07-11", ["eligibility_revoked", "profile_stale"], ("2026-07-11", "2026-10-10")),
        ("?rules=miit-2026", [], ("2026-04-10", "2026-07-10")),
        ("?rules=miit-2026&as_of=2026-04-09", ["window_not_open"], ("2026-04-10", "2026-07-10")),
        ("?rules=miit-2026&as_of=2026-04-10", [], ("2026-04-10", "2026-07-10")),
        ("?rules=miit-2026&as_of=2026-07-11", ["window_closed"], ("2026-04-10", "2026-07-10")),
    ],
)
async def test_what_would_be_decided_is_told_with_the_rule_and_nothing_is_changed(
    it, certification_id, query, fails, window
):
    before = await everything(it)
    answer = await eligibility(it, certification_id, query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert failed(answer) == fails
    assert (body["can_apply"], body["hypothetical"]) == (not fails, True)
    assert (body["window"]["opens"], body["window"]["closes"]) == window
    assert body["rules"] == ("miit-2026" if "miit" in query else "xiamen-2023")
    assert {fact["known"] for fact in body["facts"]} == {"then", "today"}
    for condition in body["conditions"]:
        assert condition["citation"]["rule"] and condition["citation"]["document"] and condition["citation"]["article"]
    by_code = {each["code"]: each for each in body["conditions"]}
    (year,) = by_code["profile_stale"]["inputs"]["years"]
    expected = "2026-05-31" if "miit" in query else "2026-04-30"
    assert (year["nominal_due"], year["due"]) == (expected, expected)
    assert await everything(it) == before


async def test_a_period_that_was_extended_since_is_seen_as_it_was(it):
    review = await noticed(it)
    it.at("2026-05-20T10:00:00+08:00")
    await it.sweep()
    assert (await read_review(it, review))["status"] == "approved"
    certification_id = review["certification_id"]
    for at, fails, expiry, standing in [
        ("2026-04-09", ["window_not_open"], "2026-05-10", "valid"),
        ("2026-05-07", [], "2026-05-10", "valid"),
        ("2026-05-08", ["application_open"], "2026-05-10", "valid"),
        ("2026-05-12", ["window_closed", "application_open"], "2026-05-10", "under_review"),
        ("2026-05-20T09:59:59", ["window_closed", "application_open"], "2026-05-10", "under_review"),
        ("2026-05-20", ["window_not_open"], "2029-05-10", "valid"),
    ]:
        answer = await eligibility(it, certification_id, f"?as_of={at}")
        assert failed(answer) == fails, at
        assert (answer.json()["window"]["closes"], answer.json()["standing"]) == (expiry, standing)


async def test_a_campaign_is_seen_from_its_declaration_on(it, certification_id):
    campaign = {
        "titles": ["specialized"], "expires_from": "2026-07-01", "expires_to": "2026-07-31",
        "opens": "2026-06-25", "closes": "2026-08-25", "source": "关于组织开展2026年复核工作的通知",
    }  # fmt: skip
    declared = await it.call("bureau", "POST", "/campaigns", campaign)
    assert declared.status_code == 201, declared.text
    for at, opens, rule in [
        ("2026-06-19", "2026-07-11", "review.window"),
        ("2026-06-20", "2026-06-25", "review.campaign"),
        ("2026-07-11&rules=miit-2026", "2026-06-25", "review.campaign"),
    ]:
        answer = (await eligibility(it, certification_id, f"?as_of={at}")).json()
        assert answer["window"]["opens"] == opens, at
        assert opens in str(answer["conditions"])
        assert rule in {each["citation"]["rule"] for each in answer["conditions"]}


async def test_an_extension_is_seen_from_its_declaration_until_it_is_withdrawn(it, certification_id):
    declared_at = datetime.fromisoformat("2026-04-25T10:00:00+08:00")
    await it.take(withdrawn(declared_at=declared_at, due=date(2026, 6, 26)))
    for at, due, fails in [
        ("2026-04-24", "2026-04-30", False),
        ("2026-04-25", "2026-06-26", False),
        ("2026-05-01", "2026-06-26", False),
        ("2026-05-02", "2026-04-30", True),
    ]:
        answer = await eligibility(it, certification_id, f"?as_of={at}")
        fresh = next(each for each in answer.json()["conditions"] if each["code"] == "profile_stale")
        assert (fresh["inputs"]["years"][0]["due"], not fresh["holds"]) == (due, fails), at


async def test_a_right_that_was_lost_and_given_back_is_seen_as_it_was(it, certification_id):
    it.at("2026-06-20T11:00:00+08:00")
    given = await it.call(
        "bureau", "POST", f"/certifications/{certification_id}/restoration", {"reason": "确有客观原因"}
    )
    assert given.status_code == 200, given.text
    it.at("2026-07-15T10:00:00+08:00")
    assert failed(await eligibility(it, certification_id)) == []
    for at, fails in [
        ("2026-06-20T09:59:59", ["window_not_open", "profile_stale"]),
        ("2026-06-20", ["window_not_open"]),
        ("2026-07-11", []),
    ]:
        assert failed(await eligibility(it, certification_id, f"?as_of={at}")) == fails, at
    (first, second) = (await it.read(certification_id))["eligibility_history"]
    between = await eligibility(it, certification_id, f"?as_of={first['at']}")
    assert failed(between) == ["window_not_open", "eligibility_revoked", "profile_stale"]
    lost = next(each for each in between.json()["conditions"] if each["code"] == "eligibility_revoked")
    assert (lost["inputs"]["duty"], lost["inputs"]["due"]) == ("update", "2026-04-30")
    assert failed(await eligibility(it, certification_id, f"?as_of={second['at']}")) == ["window_not_open"]


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ("?rules=xiamen-1999", "unknown_rules", "query/rules"),
        ("?rules=../rules/xiamen-2023", "unknown_rules", "query/rules"),
        ("?rules=/etc/passwd", "unknown_rules", "query/rules"),
        ("?as_of=yesterday", "not_an_instant", "query/as_of"),
        ("?as_of=2026-02-30", "not_an_instant", "query/as_of"),
        ("?as_of=9999-12-31", "out_of_range", "query/as_of"),
        ("?as_of=0001-01-01T00:00:00Z", "out_of_range", "query/as_of"),
    ],
)
async def test_rules_that_are_not_shipped_and_instants_that_are_none_are_refused(
    it, certification_id, query, code, pointer
):
    answer = await eligibility(it, certification_id, query)
    assert answer.status_code == 422
    assert [(each["code"], each["pointer"]) for each in answer.json()["errors"]] == [(code, pointer)]
    if code == "unknown_rules":
        assert "miit-2026, xiamen-2023" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-04-30", "2026-04-30T15:59:59.999999Z"),
        ("2026-04-30T23:59:59+08:00", "2026-04-30T15:59:59Z"),
        ("2026-04-30T23:59:59%2B08:00", "2026-04-30T15:59:59Z"),
        ("2026-04-30T23:59:59", "2026-04-30T15:59:59Z"),
        ("2026-04-30T15:59:59Z", "2026-04-30T15:59:59Z"),
    ],
)
async def test_a_date_means_its_end_and_an_instant_is_of_shanghai_unless_it_names_a_zone(
    it, certification_id, written, instant
):
    assert (await eligibility(it, certification_id, f"?as_of={written}")).json()["as_of"] == instant


async def test_a_title_out_of_reach_is_not_found_at_any_instant(it, certification_id):
    assert (await eligibility(it, certification_id, "?as_of=2026-01-01", "officer:XM-HL")).status_code == 404


async def test_a_service_under_the_ministrys_measures_asks_for_31_may_and_reviews_before_the_expiry(
    start_service, authorization
):
    async with start_service("reviews", rules="miit-2026") as running:
        running.clock.move(datetime.fromisoformat("2026-04-12T10:00:00+08:00"))
        granted = await running.http.post(
            "/api/v1/certifications", json=grant(**TITLE), headers=authorization("bureau")
        )
        assert granted.status_code == 201, granted.text
        title = granted.json()
        assert [(duty["year"], duty["due"]) for duty in title["duties"]] == [(2026, "2026-05-31")]
        assert (title["window_opens"], title["window_closes"]) == ("2026-04-10", "2026-07-10")
        path = f"/api/v1/certifications/{title['id']}/eligibility"
        for query, rules, window in (
            ("", "miit-2026", "2026-04-10"),
            ("?rules=xiamen-2023", "xiamen-2023", "2026-07-11"),
        ):
            answer = (await running.http.get(path + query, headers=authorization(WHO))).json()
            assert (answer["rules"], answer["window"]["opens"]) == (rules, window)
