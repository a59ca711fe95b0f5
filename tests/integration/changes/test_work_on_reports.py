"""Officers' work: worklists as queries, taking and releasing cases, many at once, filing for firms."""

import asyncio
import itertools
from datetime import date, timedelta
from uuid import uuid4

import pytest
import uuid_utils.compat as uuid7s
from sqlalchemy import select, true

from services.changes.domain.cases import case_of, worklist
from services.changes.models import Report
from services.changes.repository.worklists import in_worklist, sizes
from services.changes.vocabulary import Status
from shared.regulation import Worklist
from tests.integration.changes.conftest import DECLARED, FIRM, NAME, OTHER, granted, known
from tests.integration.changes.histories import (
    BUREAU,
    OFFICER,
    OPINION,
    RETURNED,
    WHO,
    brought_to,
    decision,
    done,
    drafted,
    rename,
)

TODAY = date(2026, 5, 21)
DAYS = (None, *(TODAY + timedelta(days=each) for each in (-1, 0, 1)))
ON_PAPER = {"declaration": DECLARED["declaration"] | {"paper_reference": "思工信代办〔2026〕7号"}}


async def listed(it, who, query):
    answer = await it.call(who, "GET", query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


async def test_every_query_finds_what_the_pure_function_says_of_each_case(it):
    every = [
        Report(
            id=uuid7s.uuid7(), version=1, credit_code=FIRM, enterprise_name=NAME, authority="XM-SM", type="rename",
            status=status, happened_on=TODAY, form={}, nominal_due=TODAY, due=TODAY, provisional=False, citation={},
            decisions=[], handling_due=handling, correction_due=correction, sanction_referred=referred,
        )
        for status, handling, correction, referred in itertools.product(Status, DAYS, DAYS, (False, True))
    ]  # fmt: skip
    expected = {name: {each.id for each in every if worklist(case_of(each), TODAY) is name} for name in Worklist}
    async with it.backend.work() as work:
        work.session.add_all(every)
        await work.session.flush()
        for name in Worklist:
            found = await work.session.scalars(select(Report.id).where(in_worklist(name, TODAY)))
            assert set(found) == expected[name], name
        counted = await sizes(work.session, true(), TODAY, None, most=2)
        assert counted == {name: min(len(ids), 2) for name, ids in expected.items()}
    assert {name for name, ids in expected.items() if not ids} == {Worklist.CHECKING, Worklist.IN_PUBLIC_NOTICE}


async def test_an_officer_finds_its_own_step_to_review_and_what_is_overdue(it):
    submitted = (await brought_to(it, Status.SUBMITTED))["id"]
    given = (await brought_to(it, Status.OPINION_GIVEN))["id"]
    returned = (await brought_to(it, Status.RETURNED))["id"]
    referred = (await brought_to(it, Status.REFERRED))["id"]
    await brought_to(it, Status.DECIDED)
    for who, name, found in (
        (OFFICER, "to_review", [submitted]), (BUREAU, "to_review", [given]), (WHO, "to_review", [given, submitted]),
        ("officer:XM-HL", "to_review", []), (OFFICER, "returned", [returned]), (BUREAU, "returned", [returned]),
        (BUREAU, "awaiting_ministry", [referred]), (OFFICER, "overdue", []), (BUREAU, "in_public_notice", []),
    ):  # fmt: skip
        assert await listed(it, who, f"?worklist={name}") == found, (who, name)
        if who != WHO:
            told = (await it.call(who, "GET", "/worklists")).json()["items"]
            assert told[name] == len(found), (who, name)
    it.at("2026-06-05T00:00:00+08:00")  # the correction was due on 4 June, the bureau's ten days too
    assert await listed(it, BUREAU, "?worklist=overdue") == [returned, given]
    assert await listed(it, BUREAU, "?worklist=to_review") == []
    it.at("2026-06-12T00:00:00+08:00")
    assert set(await listed(it, OFFICER, "?worklist=overdue")) == {returned, given, submitted}
    (item,) = [each for each in (await it.call(OFFICER, "GET", "")).json()["items"] if each["id"] == submitted]
    assert (item["worklist"], item["handling"]) == ("overdue", {"due": "2026-06-11", "left": 15})


async def test_an_officer_takes_a_case_and_another_one_cannot(it):
    path = f"/{(await brought_to(it, Status.SUBMITTED))['id']}/assignment"
    taken = (await it.call(OFFICER, "POST", path, {"assignee": "me"})).json()
    assert (taken["assignee"], taken["assignee_name"]) == (taken["assignee"], taken["steps"][-1]["actor_name"])
    assert await listed(it, OFFICER, "?assignee=me") == [taken["id"]]
    assert await listed(it, BUREAU, "?assignee=me") == []
    other = {"assignee": "somebody-else", "assignee_name": "王工"}
    given = (await it.call(BUREAU, "POST", path, other)).json()
    assert (given["assignee"], given["assignee_name"]) == ("somebody-else", "王工")
    for body in ({"assignee": "me"}, {"assignee": None}):
        refused = await it.call(OFFICER, "POST", path, body)
        assert (refused.status_code, refused.json()["type"], refused.json()["assignee_name"]) == (
            409, "/problems/case-assigned", "王工",
        )  # fmt: skip
    freed = (await it.call(BUREAU, "POST", path, {"assignee": None})).json()
    assert (freed["assignee"], freed["assignee_name"]) == (None, None)
    nameless = await it.call(OFFICER, "POST", path, {"assignee": "somebody-else"})
    assert [each["code"] for each in nameless.json()["errors"]] == ["name_missing"]
    assert (await it.call(WHO, "POST", path, {"assignee": "me"})).status_code == 403
    assert (await it.call("officer:XM-HL", "POST", path, {"assignee": "me"})).status_code == 404


async def test_of_two_who_take_a_case_at_once_one_has_it_and_the_next_office_finds_it_free(it):
    report = await brought_to(it, Status.SUBMITTED)
    path = f"/{report['id']}/assignment"
    names = [{"assignee": f"officer-{number}", "assignee_name": f"{number}"} for number in range(4)]
    answers = await asyncio.gather(*(it.call(OFFICER, "POST", path, body) for body in names))
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert (await done(it, OFFICER, report["id"], "opinion", OPINION))["assignee"] is None


async def test_many_at_once_have_a_result_each_and_one_that_fails_leaves_the_others_alone(it):
    first, second, drawn = [(await brought_to(it, status))["id"] for status in (
        Status.SUBMITTED, Status.SUBMITTED, Status.WITHDRAWN)]  # fmt: skip
    nowhere = str(uuid4())
    bulk = {"act": "opinion", "ids": [first, drawn, nowhere, second, first], "body": OPINION}
    answer = await it.call(OFFICER, "POST", "/bulk", bulk, **{"Idempotency-Key": "k"})
    results = answer.json()["results"]
    assert [(each["id"], each["status"]) for each in results] == [
        (first, 200), (drawn, 409), (nowhere, 404), (second, 200),
    ]  # fmt: skip
    assert results[1]["problem"]["possible_while"] == ["submitted"]
    assert results[2]["problem"]["instance"] == f"/api/v1/changes/{nowhere}"
    again = await it.call(OFFICER, "POST", "/bulk", bulk, **{"Idempotency-Key": "k"})
    assert [each["status"] for each in again.json()["results"]] == [200, 409, 404, 200]
    decide = {"act": "decision", "ids": [first, second], "body": {"outcome": "retained", "reason": "仍符合标准"}}
    assert [each["status"] for each in (await it.call(BUREAU, "POST", "/bulk", decide)).json()["results"]] == [200, 200]
    assert (await it.call(BUREAU, "GET", f"/{second}")).json()["status"] == "decided"


@pytest.mark.parametrize(
    ("who", "bulk", "statuses", "pointers"),
    [
        (OFFICER, {"act": "opinion", "body": {"opinion": ""}}, None, ["/body/meets_criteria", "/body/opinion"]),
        (OFFICER, {"act": "burn", "body": {}}, None, ["/act"]),
        (BUREAU, {"act": "opinion", "body": OPINION}, [403], None),
        ("officer:XM-HL", {"act": "return", "body": RETURNED}, [404], None),
        (OFFICER, {"act": "return", "body": RETURNED}, [200], None),
        (OFFICER, {"act": "assignment", "body": {"assignee": "me"}}, [200], None),
        (WHO, {"act": "assignment", "body": {"assignee": "me"}}, [403], None),
    ],
)
async def test_a_bulk_act_is_checked_like_the_act_itself(it, who, bulk, statuses, pointers):
    report = await brought_to(it, Status.SUBMITTED)
    answer = await it.call(who, "POST", "/bulk", bulk | {"ids": [report["id"]]})
    if pointers:
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, pointers)
    else:
        assert [each["status"] for each in answer.json()["results"]] == statuses


async def test_what_a_bulk_decision_cannot_decide_is_a_result_of_its_own(it):
    report = await brought_to(it, Status.OPINION_GIVEN)
    bulk = {"act": "decision", "ids": [report["id"]], "body": {"outcome": "cancelled", "reason": "不再符合"}}
    (result,) = (await it.call(BUREAU, "POST", "/bulk", bulk)).json()["results"]
    assert (result["status"], [each["code"] for each in result["problem"]["errors"]]) == (422, ["outcome_not_offered"])


async def test_an_officer_files_for_a_firm_by_its_signed_paper_form_and_that_is_marked(it):
    draft = await it.call(OFFICER, "POST", "", rename() | {"reason": ""})
    assert (draft.status_code, draft.json()["assisted"]) == (201, True)
    path, version = f"/{draft.json()['id']}", {"If-Match": '"1"'}
    for who in ("officer:XM-HL", f"firm:{OTHER}", "operator"):
        assert (await it.call(who, "GET", path)).status_code == 404
    assert (await it.call(WHO, "GET", path)).status_code == 200
    assert await listed(it, OFFICER, "") == [draft.json()["id"]]
    assert (await it.call(OFFICER, "PUT", path, rename(), **version)).status_code == 200
    refused = await it.call(OFFICER, "POST", f"{path}/submission", DECLARED)
    assert [each["code"] for each in refused.json()["errors"]] == ["paper_reference_missing"]
    filed = (await it.call(OFFICER, "POST", f"{path}/submission", ON_PAPER)).json()
    assert (filed["status"], filed["assisted"], filed["steps"][-1]["paper_reference"], filed["steps"][-1]["role"]) == (
        "submitted", True, "思工信代办〔2026〕7号", "authority",
    )  # fmt: skip
    assert (await it.told())[-1].data.report.assisted is True
    assert (await it.call(OFFICER, "POST", f"{path}/withdrawal", {"reason": "…"})).status_code == 403


async def test_an_officer_leaves_a_firms_own_drafts_alone_but_files_its_correction(it):
    draft = await drafted(it)
    for method, path, body in (
        ("GET", "", None), ("PUT", "", rename()), ("DELETE", "", None), ("POST", "/submission", ON_PAPER),
    ):  # fmt: skip
        answer = await it.call(OFFICER, method, f"/{draft['id']}{path}", body, **{"If-Match": '"1"'})
        assert answer.status_code == 404, (method, path)
    returned = await brought_to(it, Status.RETURNED)
    path, version = f"/{returned['id']}", {"If-Match": f'"{returned["version"]}"'}
    assert (await it.call(OFFICER, "PUT", path, rename(), **version)).status_code == 403
    again = (await it.call(OFFICER, "POST", f"{path}/resubmission", ON_PAPER)).json()
    assert (again["status"], again["assisted"]) == ("submitted", True)


async def test_a_firm_that_submits_what_an_officer_began_files_it_itself(it):
    draft = (await it.call(BUREAU, "POST", "", rename())).json()
    filed = await done(it, WHO, draft["id"], "submission", ON_PAPER)
    assert (filed["assisted"], filed["steps"][-1]["paper_reference"]) == (False, None)


async def test_officers_begin_reports_for_firms_within_their_reach_alone(it):
    assert (await it.call("officer:XM-HL", "POST", "", rename())).status_code == 404
    assert (await it.call("operator", "POST", "", rename())).status_code == 403
    unknown = await it.call(OFFICER, "POST", "", rename() | {"credit_code": OTHER})
    assert (unknown.status_code, unknown.json()["type"]) == (409, "/problems/enterprise-unknown")
    await it.take(known(credit_code=OTHER), granted("specialized", uuid4(), credit_code=OTHER))
    assert (await it.call(OFFICER, "POST", "", rename() | {"credit_code": OTHER})).status_code == 201


async def test_a_decision_on_an_assisted_report_is_like_any_other(it):
    draft = (await it.call(OFFICER, "POST", "", rename())).json()
    await done(it, OFFICER, draft["id"], "submission", ON_PAPER)
    await done(it, OFFICER, draft["id"], "opinion", OPINION)
    whole = decision(**{it.giant: "retained", it.specialized: "retained"})
    assert (await done(it, BUREAU, draft["id"], "decision", whole))["assisted"] is True


async def test_an_office_is_told_between_what_it_can_choose_and_how_much_time_there_is(it):
    submitted = await brought_to(it, "submitted")
    first = (await it.call(OFFICER, "GET", f"/{submitted['id']}")).json()
    assert (first["days_left"], first["titles"]) == (21, [])
    assert first["correction_time"]["due"] == "2026-06-04"
    it.at("2026-06-12T10:00:00+08:00")
    given = await done(it, OFFICER, submitted["id"], "opinion", OPINION)
    assert given["correction_time"] is None
    later = (await it.call(BUREAU, "GET", f"/{submitted['id']}")).json()
    choices = {each["certification_id"]: each for each in later["titles"]}
    assert [each["outcome"] for each in choices[it.specialized]["outcomes"]] == ["retained", "cancelled"]
    assert [each["outcome"] for each in choices[it.giant]["outcomes"]] == ["retained", "referred"]
    assert {each["citation"]["article"] for each in choices[it.giant]["outcomes"]} == {"第十三条"}
    assert choices[it.giant]["sanctions"] == {
        "excused": "excused", "revoke_eligibility": "revoke_eligibility", "cancel_title": "refer_title",
    }  # fmt: skip
    returned = await done(it, BUREAU, submitted["id"], "return", RETURNED | {"due": "2026-06-19"})
    assert returned["days_left"] == 7
    it.at("2026-06-21T10:00:00+08:00")
    assert (await it.call(WHO, "GET", f"/{submitted['id']}")).json()["days_left"] == -2


async def test_reports_are_found_by_their_ids_within_reach(it):
    ids = [(await brought_to(it, "submitted", rename(happened_on=f"2026-05-0{day}")))["id"] for day in (1, 2, 3)]
    wanted = f"?id={ids[0]}&id={ids[2]}&id={uuid4()}"
    assert await listed(it, OFFICER, wanted) == [ids[2], ids[0]]
    assert await listed(it, "officer:XM-HC", wanted) == []
