"""Every act in every state: what the machine's own table allows is done, everything else answers 409."""

import asyncio

import pytest

from services.changes.domain.cases import MACHINE, OFFICE
from services.changes.vocabulary import Act, Status
from tests.integration.changes.conftest import DECLARED
from tests.integration.changes.histories import (
    BUREAU,
    LATE,
    OFFICER,
    OPINION,
    RETURNED,
    WHO,
    brought_to,
    decision,
    done,
    rename,
)

CANCEL = {"choice": "cancel_title", "reason": "逾期未报告"}


async def attempt(it, act, report):
    """The act on a report, by who may do it."""
    path, version = f"/{report['id']}", {"If-Match": f'"{report["version"]}"'}
    match act:
        case Act.EDIT:
            return await it.call(WHO, "PUT", path, rename(), **version)
        case Act.ATTACH:
            return await it.attach(WHO, report["id"], b"%PDF-1.7")
        case Act.DISCARD:
            return await it.call(WHO, "DELETE", path, **version)
        case Act.SUBMIT:
            return await it.call(WHO, "POST", f"{path}/submission", DECLARED)
        case Act.RESUBMIT:
            return await it.call(WHO, "POST", f"{path}/resubmission", DECLARED)
        case Act.WITHDRAW:
            return await it.call(WHO, "POST", f"{path}/withdrawal", {"reason": "填报有误"})
        case Act.RETURN:
            who = BUREAU if report["status"] == Status.OPINION_GIVEN else OFFICER
            return await it.call(who, "POST", f"{path}/return", RETURNED)
        case Act.GIVE_OPINION:
            return await it.call(OFFICER, "POST", f"{path}/opinion", OPINION)
        case Act.DECIDE:
            whole = decision(**{it.giant: "referred", it.specialized: "retained"})
            return await it.call(BUREAU, "POST", f"{path}/decision", whole)
        case Act.RECORD_ANSWER:
            answer = {
                "certification_id": it.giant, "outcome": "retained", "reason": "保留", "answered_on": "2026-05-21",
            }  # fmt: skip
            return await it.call(BUREAU, "POST", f"{path}/ministry_answer", answer)
        case Act.SANCTION:
            return await it.call(BUREAU, "POST", f"{path}/sanction", CANCEL)
        case Act.ANSWER_SANCTION:
            if report["status"] in MACHINE[Act.SANCTION]:
                await done(it, BUREAU, report["id"], "sanction", CANCEL)
            answer = {
                "certification_id": it.giant, "outcome": "retained", "reason": "保留", "answered_on": "2026-05-21",
            }  # fmt: skip
            return await it.call(BUREAU, "POST", f"{path}/sanction/ministry_answer", answer)
        case Act.ASSIGN:
            return await it.call(OFFICER, "POST", f"{path}/assignment", {"assignee": "me"})


def possible(act, status):
    """The states in which who is asked may act: of two offices, each has its own."""
    if act is Act.RETURN:
        return ["opinion_given"] if status == Status.OPINION_GIVEN else ["submitted"]
    return [each.value for each in MACHINE[act]]


@pytest.mark.parametrize("act", list(Act))
async def test_every_act_is_done_where_the_table_allows_it_and_answers_409_everywhere_else(it, act):
    assert act in MACHINE
    by_firm = act in (Act.EDIT, Act.DISCARD, Act.ATTACH, Act.SUBMIT, Act.RESUBMIT, Act.WITHDRAW)
    for status in Status:
        report = await brought_to(it, status, rename(LATE))
        answer = await attempt(it, act, report)
        if status in MACHINE[act]:
            assert answer.status_code in (200, 201, 204), (act, status, answer.text)
            if answer.status_code == 200:
                assert answer.json()["status"] in MACHINE[act][status]
            continue
        if status == Status.DRAFT and not by_firm:
            assert answer.status_code == 404  # a draft is its firm's alone
            continue
        problem = answer.json()
        assert (answer.status_code, problem["type"]) == (409, "/problems/report-state"), (act, status, answer.text)
        assert problem["possible_while"] == possible(act, status)
        assert problem["status_of_report"] == status
        assert (await it.call(WHO, "GET", f"/{report['id']}")).json()["status"] == status


@pytest.mark.parametrize(("who", "by"), [(BUREAU, OFFICER), (OFFICER, BUREAU)])
async def test_only_the_office_that_has_a_report_in_hand_returns_it(it, who, by):
    report = await brought_to(it, Status.SUBMITTED if by == OFFICER else Status.OPINION_GIVEN)
    refused = await it.call(who, "POST", f"/{report['id']}/return", RETURNED)
    assert refused.status_code == 409
    assert refused.json()["possible_while"] == (["opinion_given"] if who == BUREAU else ["submitted"])


@pytest.mark.parametrize(("by", "back"), [(OFFICER, Status.SUBMITTED), (BUREAU, Status.OPINION_GIVEN)])
async def test_a_corrected_report_goes_back_to_the_office_that_returned_it(it, by, back):
    report = await brought_to(it, Status.RETURNED, by=by)
    assert report["correction"]["returned_by"] == OFFICE[back]
    assert [each["field"] for each in report["correction"]["defects"]] == ["/reason", "/details/new_name"]
    again = await it.call(WHO, "POST", f"/{report['id']}/resubmission", DECLARED)
    assert (again.json()["status"], again.json()["correction"]) == (back, None)
    returned = again.json()["steps"][-2]
    assert (returned["act"], returned["role"], len(returned["defects"])) == ("return", by.split(":")[0].replace("officer", "authority"), 2)  # fmt: skip


@pytest.mark.parametrize("pair", [("return", "opinion"), ("opinion", "opinion"), ("return", "return")])
async def test_of_two_officers_at_once_one_wins(it, pair):
    report = await brought_to(it, Status.SUBMITTED)
    bodies = {"return": RETURNED, "opinion": OPINION}
    answers = await asyncio.gather(
        *(it.call(OFFICER, "POST", f"/{report['id']}/{act}", bodies[act]) for act in pair * 2)
    )
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]


async def test_a_decision_and_a_return_at_once_never_both_win(it):
    report = await brought_to(it, Status.OPINION_GIVEN)
    whole = decision(**{it.giant: "retained", it.specialized: "retained"})
    answers = await asyncio.gather(
        it.call(BUREAU, "POST", f"/{report['id']}/decision", whole),
        it.call(BUREAU, "POST", f"/{report['id']}/return", RETURNED),
        it.call(WHO, "POST", f"/{report['id']}/withdrawal", {"reason": "填报有误"}),
    )
    assert sorted(each.status_code for each in answers) == [200, 409, 409]


ALLOWED = {
    Status.DRAFT: {WHO: ["edit", "discard", "attach", "submit"]},
    Status.SUBMITTED: {
        WHO: ["withdraw"], OFFICER: ["return", "give_opinion", "assign"], BUREAU: ["assign", "sanction"],
    },
    Status.RETURNED: {
        WHO: ["edit", "attach", "withdraw", "resubmit"],
        OFFICER: ["resubmit", "assign"], BUREAU: ["resubmit", "assign", "sanction"],
    },
    Status.OPINION_GIVEN: {OFFICER: ["assign"], BUREAU: ["return", "decide", "assign", "sanction"]},
    Status.REFERRED: {OFFICER: ["assign"], BUREAU: ["record_answer", "assign", "sanction"]},
    Status.DECIDED: {BUREAU: ["sanction"]},
    Status.WITHDRAWN: {},
}  # fmt: skip


@pytest.mark.parametrize("status", list(Status))
async def test_a_report_says_to_each_account_what_it_can_do(it, status):
    report = await brought_to(it, status, rename(LATE))
    for who in (WHO, OFFICER, BUREAU, "operator"):
        answer = await it.call(who, "GET", f"/{report['id']}")
        if status == Status.DRAFT and who != WHO:
            assert answer.status_code == 404
        else:
            assert answer.json()["allowed"] == ALLOWED[status].get(who, []), who


async def test_what_was_chosen_for_a_late_report_ends_its_withdrawal_and_waits_for_the_ministry(it):
    report = await brought_to(it, Status.SUBMITTED, rename(LATE))
    chosen = await done(it, BUREAU, report["id"], "sanction", CANCEL)
    assert chosen["allowed"] == ["assign", "answer_sanction"]
    assert (await it.call(WHO, "GET", f"/{report['id']}")).json()["allowed"] == []


async def test_a_report_in_time_costs_nothing_and_what_another_took_is_taken_by_the_bureau_alone(it):
    report = await brought_to(it, Status.SUBMITTED)
    assert (await it.call(BUREAU, "GET", f"/{report['id']}")).json()["allowed"] == ["assign"]
    await done(it, BUREAU, report["id"], "assignment", {"assignee": "someone", "assignee_name": "王芳"})
    assert (await it.call(OFFICER, "GET", f"/{report['id']}")).json()["allowed"] == ["return", "give_opinion"]
    assert (await it.call(BUREAU, "GET", f"/{report['id']}")).json()["allowed"] == ["assign"]
