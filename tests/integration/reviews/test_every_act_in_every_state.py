"""Every act in every state, through the API and the platform's own events, as the machine's table says."""

import asyncio
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest

from services.cli.credit_codes import invented_code
from services.reviews.domain.cases import MACHINE
from services.reviews.vocabulary import OFFICE, Act, ReviewStatus
from shared.contracts import ChangeDecided, ChangeReportState, ChangeType, Citation, TitleDecision, TitleOutcome
from tests.integration.reviews.conftest import (
    BUREAU,
    CHECK,
    DECLARATION,
    GIANT,
    OFFICER,
    RETURN,
    act,
    applied,
    noticed,
    passed,
    profile,
    read_review,
    submitted,
)

REJECTED = {"outcome": "rejected", "opinion": "不符合"}
OBJECTION = {"from_whom": "某企业", "text": "与申报不符"}
FIRM = "the firm itself"

BY_HTTP = [
    (Act.ORDER_CHECK, OFFICER, "on_site_check/order", {"reason": "数据异常"}),
    (Act.RECORD_CHECK, OFFICER, "on_site_check", CHECK),
    (Act.RETURN, OFFICER, "return", RETURN),
    (Act.RETURN, BUREAU, "return", RETURN),
    (Act.RESUBMIT, FIRM, "resubmission", {"declaration": DECLARATION}),
    (Act.DECIDE_AS_AUTHORITY, OFFICER, "authority_decision", REJECTED),
    (Act.DECIDE_AS_BUREAU, BUREAU, "bureau_decision", REJECTED),
    (Act.RECORD_MINISTRY, BUREAU, "ministry_decision", REJECTED | {"decided_on": "2026-05-08"}),
    (Act.OBJECT, OFFICER, "objections", OBJECTION),
    (Act.SETTLE_OBJECTION, BUREAU, "objections/1/finding", {"upheld": True, "finding": "属实"}),
    (Act.ASSIGN, OFFICER, "assignment", {"assignee": "me"}),
    (Act.WITHDRAW, FIRM, "withdrawal", {"reason": "放弃"}),
]
"""Act, who does it, where, and with which words."""

BY_THE_PLATFORM = {Act.APPLY, Act.ACCEPT, Act.REFUSE, Act.LAPSE, Act.END_NOTICE, Act.STOP}


def test_every_act_is_tried_by_http_or_belongs_to_the_platform():
    assert {each[0] for each in BY_HTTP} | BY_THE_PLATFORM == set(Act)


def cancelled(certification_id, code):
    cited = Citation(rule="x", document="厦工信规〔2023〕2号", article="第十三条", text="…", text_en="…")
    now = datetime.fromisoformat("2026-05-08T10:00:00+08:00")
    return ChangeDecided(
        credit_code=code,
        report=ChangeReportState(
            report_id=uuid4(), credit_code=code, version=4, enterprise_name="厦门示例精工有限公司", authority="XM-SM",
            type=ChangeType.MERGER, status="decided", happened_on=date(2026, 5, 1), nominal_due=date(2026, 8, 1),
            due=date(2026, 8, 3), citation=cited,
        ),
        decisions=(
            TitleDecision(certification_id=certification_id, title="innovative", outcome=TitleOutcome.CANCELLED, reason="不再符合", decided_by="bureau", decided_at=now),
        ),
    )  # fmt: skip


async def _checking(it, **title):
    certification_id = await it.granted(title="innovative", valid_from="2023-05-11", valid_to="2026-05-10", **title)
    it.at("2026-05-08T10:00:00+08:00")
    return (await applied(it, certification_id, f"firm:{title['credit_code']}")).json()


async def _answered(it, review, state):
    (request,) = [
        each for each in await it.told("profile.freshness_requested.v1") if each.data.request_id == UUID(review["id"])
    ]
    await it.reported(request, state)


async def in_state(it, status, code, *, on_site_check=False):
    """An application that has come into `status`; with an objection open where it is on public notice."""
    title = {"credit_code": code}
    match status:
        case ReviewStatus.CHECKING:
            review = await _checking(it, **title)
        case ReviewStatus.SUBMITTED:
            review = await submitted(it, **title)
        case ReviewStatus.RETURNED | ReviewStatus.LAPSED:
            review = await submitted(it, **title)
            returned = await act(it, OFFICER, review, "return", RETURN)
            if status is ReviewStatus.LAPSED:
                it.at(f"{returned['correction']['due']}T23:59:59+08:00")
                await it.sweep()
                assert (await read_review(it, review, BUREAU))["status"] == "returned"
                it.at("2026-05-22T00:00:00+08:00")
                await it.sweep()
        case ReviewStatus.AUTHORITY_PASSED:
            review = await passed(it, **title)
        case ReviewStatus.RECOMMENDED:
            review = await passed(it, **(GIANT | title))
            await act(it, BUREAU, review, "bureau_decision", {"outcome": "recommended", "opinion": "推荐"})
        case ReviewStatus.IN_PUBLIC_NOTICE:
            review = await noticed(it, **title)
            await act(it, OFFICER, review, "objections", OBJECTION, 201)
        case ReviewStatus.APPROVED:
            review = await noticed(it, **title)
            it.at("2026-05-16T00:00:00+08:00")
            await it.sweep()
        case ReviewStatus.REJECTED:
            review = await submitted(it, **title)
            await act(it, OFFICER, review, "authority_decision", REJECTED)
        case ReviewStatus.REFUSED:
            review = await _checking(it, **title)
            await _answered(it, review, profile(1, code))
        case ReviewStatus.WITHDRAWN:
            review = await submitted(it, **title)
            await act(it, f"firm:{code}", review, "withdrawal", {"reason": "放弃"})
        case ReviewStatus.STOPPED:
            review = await submitted(it, **title)
            await it.take(cancelled(review["certification_id"], code))
    found = await read_review(it, review, BUREAU)
    assert found["status"] == status
    return found


@pytest.mark.parametrize("status", ReviewStatus)
async def test_an_act_moves_an_application_as_the_table_says_or_names_the_states_in_which_it_would(it, status):
    resting = await in_state(it, status, invented_code(99))
    steps = len(resting["steps"])
    for number, (what, who, path, body) in enumerate(BY_HTTP):
        code = invented_code(number)
        possible = set(MACHINE[what])
        if what is Act.RETURN:
            possible = {each for each in possible if OFFICE[each] == ("authority" if who == OFFICER else "bureau")}
        if what is Act.RECORD_MINISTRY and resting["title"] != "little_giant":
            possible = set()
        if status in possible:
            review = await in_state(it, status, code)
            done = await act(it, _of(who, review), review, path, body, 201 if what is Act.OBJECT else 200)
            assert done["status"] in MACHINE[what][status]
            assert (done["steps"][-1]["act"], done["version"]) == (what, review["version"] + 1)
        else:
            refused = await act(it, _of(who, resting), resting, path, body, 409)
            assert (refused["type"], refused["status_of_review"]) == ("/problems/review-state", status)
            assert set(refused["possible_while"]) == possible
    assert len((await read_review(it, resting, BUREAU))["steps"]) == steps


def _of(who, review):
    return f"firm:{review['credit_code']}" if who == FIRM else who


@pytest.mark.parametrize("status", ReviewStatus)
async def test_the_platforms_own_acts_leave_alone_what_is_not_theirs(it, status):
    code = invented_code(7)
    review = await in_state(it, status, code)
    if status is not ReviewStatus.CHECKING:
        requests = await it.told("profile.freshness_requested.v1")
        for request in requests:
            await it.reported(request, profile(3, code))
    it.at("2026-05-09T10:00:00+08:00")
    await it.sweep()
    assert (await read_review(it, review, BUREAU))["status"] == status
    await it.take(cancelled(review["certification_id"], code))
    expected = ReviewStatus.STOPPED if status in MACHINE[Act.STOP] else status
    assert (await read_review(it, review, BUREAU))["status"] == expected
    ends = [each.data.outcome for each in await it.told("review.decided.v1")]
    assert len(ends) == (0 if status is ReviewStatus.REFUSED else 1)


PASSED = {"outcome": "passed", "opinion": "属实"}
APPROVED = {"outcome": "approved", "opinion": "同意"}


@pytest.mark.parametrize(
    ("status", "who", "acts"),
    [
        (
            ReviewStatus.SUBMITTED,
            OFFICER,
            [("authority_decision", PASSED), ("authority_decision", REJECTED), ("return", RETURN)],
        ),
        (
            ReviewStatus.AUTHORITY_PASSED,
            BUREAU,
            [("bureau_decision", APPROVED), ("bureau_decision", REJECTED), ("return", RETURN)],
        ),
        (
            ReviewStatus.RECOMMENDED,
            BUREAU,
            [("ministry_decision", each | {"decided_on": "2026-05-08"}) for each in (APPROVED, REJECTED)],
        ),
        (
            ReviewStatus.IN_PUBLIC_NOTICE,
            BUREAU,
            [("objections/1/finding", {"upheld": each, "finding": "核实"}) for each in (True, False)],
        ),
    ],
)
async def test_of_acts_at_once_that_exclude_each_other_one_wins_and_is_told_once(it, status, who, acts):
    review = await in_state(it, status, invented_code(1))
    if review["on_site_check"]["required"] and status is ReviewStatus.SUBMITTED:
        await act(it, OFFICER, review, "on_site_check", CHECK)
    told = len(await it.told())
    answers = await asyncio.gather(
        *(it.call(who, "POST", f"/reviews/{review['id']}/{path}", body) for path, body in acts * 2)
    )
    assert sorted(each.status_code for each in answers) == [200] + [409] * (2 * len(acts) - 1)
    (won,) = [each.json() for each in answers if each.status_code == 200]
    now = await read_review(it, review, BUREAU)
    assert (now["status"], now["version"]) == (won["status"], won["version"])
    events = [each.type for each in (await it.told())[told:] if each.type.startswith("review.")]
    assert len(events) == len(set(events)) <= 2
