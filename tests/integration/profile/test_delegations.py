"""Natural persons who act for firms: they ask, the firm's own account decides, either side ends it."""

import asyncio

import pytest

from tests.integration.profile.conftest import FIRM, OTHER, registration, submission

LIN, WU = "person:", "person:" + OTHER
ASK = {"statement": "本人为该企业行政专员，申请办理信息更新。"}
PATH = f"/enterprises/{FIRM}/delegations"


@pytest.fixture
async def it(registered):
    """Two firms; `person:` is bound to none, `person:OTHER` to the other by the login's word."""
    await registered.call("bureau", "POST", "/enterprises", registration(OTHER, authority="XM-HL"))
    return registered


async def asked(it, who=LIN):
    answer = await it.call(who, "POST", PATH, ASK)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def granted(it, who=LIN, until=None):
    delegation_id = await asked(it, who)
    answer = await it.call(
        f"firm:{FIRM}", "POST", f"/delegations/{delegation_id}/approval", {"accepted": True, "until": until}
    )
    assert answer.status_code == 200, answer.text
    return delegation_id


async def updates(it, who, firm=FIRM):
    return (await it.call(who, "POST", f"/enterprises/{firm}/updates", submission())).status_code


async def test_a_person_without_a_firm_asks_and_may_nothing_else_until_the_firm_agrees(it):
    delegation_id = await asked(it)
    refused = await it.call(LIN, "GET", f"/enterprises/{FIRM}")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/account-not-bound")
    assert await updates(it, LIN) == 403
    (mine,) = (await it.call(LIN, "GET", "/delegations")).json()["items"]
    assert (mine["id"], mine["status"], mine["in_force"]) == (delegation_id, "requested", False)
    answer = await it.call(f"firm:{FIRM}", "POST", f"/delegations/{delegation_id}/approval", {"accepted": True})
    assert (answer.json()["status"], answer.json()["decided_by_name"]) == ("granted", f"firm:{FIRM}")
    assert await updates(it, LIN) == 201
    (event,) = [each for each in await it.told() if each.type == "delegation.granted.v1"]
    assert (event.data.delegation.person, event.data.delegation.credit_code) == (LIN, FIRM)


async def test_what_a_delegated_person_did_is_on_record_by_their_name(it):
    await granted(it)
    await updates(it, LIN)
    (update,) = (await it.call("bureau", "GET", f"/enterprises/{FIRM}/updates")).json()["items"]
    assert (update["submitted_by_name"], update["assisted"]) == (LIN, False)
    event = next(each for each in await it.told() if each.type == "profile.updated.v1")
    assert (event.data.submitted_by, event.actor.subject, event.actor.name) == (LIN, LIN, LIN)


async def test_a_person_acts_for_that_firm_only(it):
    await granted(it)
    assert (await it.call(LIN, "GET", f"/enterprises/{OTHER}")).status_code == 404
    assert await updates(it, LIN, OTHER) == 404
    assert {each["credit_code"] for each in (await it.call(LIN, "GET", "/enterprises")).json()["items"]} == {FIRM}


async def test_a_persons_firms_by_login_and_by_delegation_add_up(it):
    assert await updates(it, WU) == 404
    await granted(it, WU)
    assert {each["credit_code"] for each in (await it.call(WU, "GET", "/enterprises")).json()["items"]} == {FIRM, OTHER}


async def test_a_delegation_gives_nothing_once_its_last_day_is_over(it):
    await granted(it, until="2026-04-21")
    it.at("2026-04-21T23:59:59+08:00")
    assert (await it.call(LIN, "GET", f"/enterprises/{FIRM}")).status_code == 200
    it.at("2026-04-22T00:00:00+08:00")
    assert (await it.call(LIN, "GET", f"/enterprises/{FIRM}")).status_code == 403
    (over,) = (await it.call(LIN, "GET", "/delegations")).json()["items"]
    assert (over["status"], over["in_force"]) == ("granted", False)
    assert await granted(it) != over["id"]
    assert (await it.call(LIN, "GET", f"/enterprises/{FIRM}")).status_code == 200
    (ended,) = [each for each in await it.told() if each.type == "delegation.ended.v1"]
    assert (ended.data.by, str(ended.data.delegation.delegation_id)) == ("platform", over["id"])


@pytest.mark.parametrize(("who", "by"), [(LIN, "person"), (f"firm:{FIRM}", "enterprise")])
async def test_either_side_ends_it(it, who, by):
    delegation_id = await granted(it)
    answer = await it.call(who, "POST", f"/delegations/{delegation_id}/end", {"reason": "已离职"})
    assert (answer.status_code, answer.json()["status"], answer.json()["end_reason"]) == (200, "ended", "已离职")
    assert (await it.call(LIN, "GET", f"/enterprises/{FIRM}")).status_code == 403
    (event,) = [each for each in await it.told() if each.type == "delegation.ended.v1"]
    assert (event.data.by, event.data.reason, event.sequence) == (by, "已离职", 3)
    again = await it.call(who, "POST", f"/delegations/{delegation_id}/end", {"reason": "已离职"})
    assert (again.status_code, again.json()["possible_while"]) == (409, ["requested", "granted"])


async def test_a_request_can_be_taken_back_and_is_told_to_nobody(it):
    delegation_id = await asked(it)
    answer = await it.call(LIN, "POST", f"/delegations/{delegation_id}/end", {"reason": "填错企业"})
    assert answer.json()["status"] == "ended"
    assert not [each for each in await it.told() if each.type.startswith("delegation.")]


async def test_only_the_firms_own_account_decides(it):
    await granted(it, WU)
    delegation_id = await asked(it)
    path, accept = f"/delegations/{delegation_id}/approval", {"accepted": True}
    assert (await it.call(LIN, "POST", path, accept)).status_code == 403
    for who, status in (
        (WU, 404),
        (f"person:{FIRM}", 404),
        (f"firm:{OTHER}", 404),
        ("bureau", 403),
        ("officer:XM-SM", 403),
    ):
        assert (await it.call(who, "POST", path, accept)).status_code == status
        assert (await it.call(who, "POST", f"/delegations/{delegation_id}/end", {"reason": "x"})).status_code == status


async def test_everybody_is_told_what_they_can_do_to_it(it):
    path = f"/delegations/{await asked(it)}"

    async def allowed():
        return [(await it.call(who, "GET", path)).json()["allowed"] for who in (f"firm:{FIRM}", LIN, "bureau")]

    assert await allowed() == [["decide", "end"], ["end"], []]
    accepted = await it.call(f"firm:{FIRM}", "POST", f"{path}/approval", {"accepted": True})
    assert accepted.json()["allowed"] == ["end"]
    assert await allowed() == [["end"], ["end"], []]
    await it.call(LIN, "POST", f"{path}/end", {"reason": "已离职"})
    assert await allowed() == [[], [], []]


async def test_a_refusal_has_a_reason_and_a_day_lies_ahead(it):
    delegation_id = await asked(it)
    path, who = f"/delegations/{delegation_id}/approval", f"firm:{FIRM}"
    unsaid = await it.call(who, "POST", path, {"accepted": False})
    assert [each["pointer"] for each in unsaid.json()["errors"]] == ["/reason"]
    past = await it.call(who, "POST", path, {"accepted": True, "until": "2026-04-19"})
    assert [each["code"] for each in past.json()["errors"]] == ["in_the_past"]
    refused = (await it.call(who, "POST", path, {"accepted": False, "reason": "非本企业员工"})).json()
    assert (refused["status"], refused["decision_reason"]) == ("refused", "非本企业员工")
    assert (await it.call(who, "POST", path, {"accepted": True})).status_code == 409
    assert await asked(it) != delegation_id


async def test_nobody_asks_twice_or_for_what_they_have(it):
    await asked(it)
    for who, path in ((LIN, PATH), (WU, f"/enterprises/{OTHER}/delegations")):
        answer = await it.call(who, "POST", path, ASK)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/delegation-exists")
    for who in (f"firm:{FIRM}", "officer:XM-SM", "bureau"):
        assert (await it.call(who, "POST", PATH, ASK)).status_code == 403
    assert (await it.call(LIN, "POST", "/enterprises/91350100M000100Y43/delegations", ASK)).status_code == 404


async def test_asking_at_once_files_once(it):
    answers = await asyncio.gather(*(it.call(LIN, "POST", PATH, ASK) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    same = await asyncio.gather(*(it.call(WU, "POST", PATH, ASK, **{"Idempotency-Key": "k"}) for _ in range(3)))
    assert {answer.status_code for answer in same} <= {201, 409}
    assert len({answer.json()["id"] for answer in same if answer.status_code == 201}) == 1


async def test_delegations_are_seen_by_their_firm_and_within_an_officers_reach(it):
    delegation_id = await granted(it)
    for who in (LIN, f"firm:{FIRM}", "officer:XM-SM", "bureau", "operator"):
        assert [each["id"] for each in (await it.call(who, "GET", "/delegations?status=granted")).json()["items"]] == [
            delegation_id
        ]
        assert (await it.call(who, "GET", f"/delegations/{delegation_id}")).status_code == 200
    for who in (WU, f"person:{FIRM}", f"firm:{OTHER}", "officer:XM-HL"):
        assert (await it.call(who, "GET", "/delegations")).json()["items"] == []
        assert (await it.call(who, "GET", f"/delegations/{delegation_id}")).status_code == 404
