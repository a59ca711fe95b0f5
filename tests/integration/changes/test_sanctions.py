"""What a change costs that was not reported in time: an officer's choice, once, with its article."""

import asyncio
from uuid import uuid4

import pytest

from services.changes.vocabulary import Status
from tests.integration.changes.histories import BUREAU, LATE, OFFICER, WHO, brought_to, done, rename

ANSWER = {"outcome": "cancelled", "reason": "同意取消", "answered_on": "2026-05-21"}


def choice(name, *titles):
    return {"choice": name, "certification_ids": list(titles) or None, "reason": "逾期且未说明理由"}


async def late(it, status=Status.SUBMITTED):
    return await brought_to(it, status, rename(LATE))


def outcomes(it, answer):
    names = {it.specialized: "specialized", it.giant: "giant"}
    return {names[each["certification_id"]]: each["outcome"] for each in answer["sanction"]["titles"]}


async def test_nothing_happens_by_itself_and_the_report_says_what_may(it):
    report = await late(it)
    assert (report["timeliness"]["on_time"], report["sanction"]) == (False, None)
    assert report["timeliness"]["consequence"]["rule"] == "change_report.late"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("excused", {"specialized": "excused", "giant": "excused"}),
        ("revoke_eligibility", {"specialized": "revoke_eligibility", "giant": "revoke_eligibility"}),
        ("cancel_title", {"specialized": "cancel_title", "giant": "refer_title"}),
    ],
)
async def test_each_choice_holds_for_every_held_title_and_the_ministrys_is_referred(it, name, expected):
    report = await late(it)
    chosen = await done(it, BUREAU, report["id"], "sanction", choice(name))
    assert (outcomes(it, chosen), chosen["status"]) == (expected, "submitted")
    assert (chosen["sanction"]["choice"], chosen["sanction"]["citation"]["article"]) == (name, "第十三条")
    told = (await it.told())[-1]
    assert (told.type, told.data.choice, told.data.reason) == ("change.sanctioned.v1", name, "逾期且未说明理由")
    assert told.data.report.version == chosen["version"] == told.sequence
    assert told.data.occurrence is None
    assert {each.outcome for each in told.data.titles} == set(expected.values())
    assert told.data.citation.rule == "change_report.late"


async def test_only_the_titles_that_are_named_are_touched(it):
    report = await late(it)
    chosen = await done(it, BUREAU, report["id"], "sanction", choice("cancel_title", it.specialized))
    assert outcomes(it, chosen) == {"specialized": "cancel_title"}


async def test_every_defect_of_a_choice_is_named(it):
    report = await late(it)
    body = choice("cancel_title", it.giant, str(uuid4()), it.giant)
    answer = await it.call(BUREAU, "POST", f"/{report['id']}/sanction", body)
    assert {each["pointer"]: each["code"] for each in answer.json()["errors"]} == {
        "/certification_ids/1": "not_held", "/certification_ids/2": "named_twice",
    }  # fmt: skip


async def test_it_is_chosen_once_for_a_report_that_was_late_by_the_bureau(it):
    in_time = await brought_to(it, Status.SUBMITTED)
    refused = await it.call(BUREAU, "POST", f"/{in_time['id']}/sanction", choice("excused"))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/reported-in-time")
    report = await late(it)
    for who, status in ((OFFICER, 403), (WHO, 403), ("officer:XM-HL", 404)):
        assert (await it.call(who, "POST", f"/{report['id']}/sanction", choice("excused"))).status_code == status
    answers = await asyncio.gather(
        *(it.call(BUREAU, "POST", f"/{report['id']}/sanction", choice(each)) for each in ("excused", "cancel_title"))
    )
    assert sorted(each.status_code for each in answers) == [200, 409]
    assert [each.json()["type"] for each in answers if each.status_code == 409] == ["/problems/already-sanctioned"]
    withdrawal = await it.call(WHO, "POST", f"/{report['id']}/withdrawal", {"reason": "填报有误"})
    assert (withdrawal.status_code, withdrawal.json()["type"]) == (409, "/problems/already-sanctioned")


async def test_a_referred_title_waits_for_the_ministry_even_after_the_report_was_decided(it):
    report = await late(it, Status.DECIDED)
    await done(it, BUREAU, report["id"], "sanction", choice("cancel_title"))
    listed = (await it.call(BUREAU, "GET", "?worklist=awaiting_ministry")).json()["items"]
    assert [(each["id"], each["worklist"]) for each in listed] == [(report["id"], "awaiting_ministry")]
    path = f"/{report['id']}/sanction/ministry_answer"
    wrong = ANSWER | {"certification_id": it.specialized, "answered_on": "2026-05-20"}
    refused = await it.call(BUREAU, "POST", path, wrong)
    assert [each["code"] for each in refused.json()["errors"]] == ["not_referred", "before_the_report"]
    answered = (await it.call(BUREAU, "POST", path, ANSWER | {"certification_id": it.giant})).json()
    assert outcomes(it, answered) == {"specialized": "cancel_title", "giant": "cancel_title"}
    assert (answered["status"], answered["worklist"]) == ("decided", None)
    last = (await it.told())[-1].data
    assert {(each.title, each.outcome, each.decided_by) for each in last.titles} == {
        ("specialized", "cancel_title", "bureau"), ("little_giant", "cancel_title", "ministry"),
    }  # fmt: skip
    again = await it.call(BUREAU, "POST", path, ANSWER | {"certification_id": it.giant})
    assert [each["code"] for each in again.json()["errors"]] == ["not_referred"]


async def test_a_sanction_leaves_a_returned_report_with_its_firm(it):
    report = await late(it, Status.RETURNED)
    chosen = await done(it, BUREAU, report["id"], "sanction", choice("excused"))
    assert (chosen["status"], chosen["correction"]) == ("returned", report["correction"])
    assert (await it.told())[-1].data.report.correction.due.isoformat() == report["correction"]["due"]


async def test_many_are_excused_at_once(it):
    ids = [(await late(it))["id"] for _ in range(2)]
    bulk = {"act": "sanction", "ids": ids, "body": choice("excused")}
    answer = (await it.call(BUREAU, "POST", "/bulk", bulk)).json()
    assert [each["status"] for each in answer["results"]] == [200, 200]
