"""Officers' work: worklists as queries, taking and releasing cases, many at once, filing for firms."""

import asyncio
import itertools
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import uuid_utils.compat as uuid7s
from sqlalchemy import select, true

from services.cli.credit_codes import invented_code
from services.reviews.domain.cases import case_of, worklist
from services.reviews.models import Review
from services.reviews.repository.worklists import in_worklist, sizes
from services.reviews.vocabulary import ReviewStatus
from shared.contracts import ProfileChanged
from shared.regulation import Worklist
from tests.integration.reviews.conftest import (
    BUREAU,
    CHECK,
    DECLARATION,
    FIRM,
    OFFICER,
    OTHER,
    RETURN,
    WHO,
    act,
    applied,
    noticed,
    pass_on,
    profile,
    read_review,
    ready,
    submitted,
)
from tests.integration.reviews.test_every_act_in_every_state import in_state

TODAY = date(2026, 5, 8)
DAYS = (None, *(TODAY + timedelta(days=each) for each in (-1, 0, 1)))
ON_PAPER = DECLARATION | {"paper_reference": "思工信代办〔2026〕7号"}
REJECTED = {"outcome": "rejected", "opinion": "不符合"}


async def listed(it, who, query):
    answer = await it.call(who, "GET", f"/reviews{query}")
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


async def test_every_query_finds_what_the_pure_function_says_of_each_case(it):
    returned = {"returned_by": "authority"}
    every = []
    for number, (status, handling, due) in enumerate(itertools.product(ReviewStatus, DAYS, DAYS)):
        certification_id = UUID(await it.granted(credit_code=invented_code(number)))
        every.append(
            Review(
                id=uuid7s.uuid7(), certification_id=certification_id, credit_code=invented_code(number), title="innovative",
                status=status, valid_to=TODAY, applied_at=datetime.fromisoformat("2026-05-08T10:00:00+08:00"),
                signatory="陈建国", assisted=False, check_drawn=False, handling_due=handling, return_due=due, version=1,
                correction=returned if status is ReviewStatus.RETURNED else None,
            )
        )  # fmt: skip
    expected = {name: {each.id for each in every if worklist(case_of(each), TODAY) is name} for name in Worklist}
    async with it.backend.work() as work:
        work.session.add_all(every)
        await work.session.flush()
        for name in Worklist:
            found = await work.session.scalars(select(Review.id).where(in_worklist(name, TODAY)))
            assert set(found) == expected[name], name
        counted = await sizes(work.session, true(), TODAY, None, most=2)
        assert counted == {name: min(len(ids), 2) for name, ids in expected.items()}
    assert all(expected.values())


async def test_the_applications_of_a_firm_that_moves_are_in_the_lists_of_its_new_authority_alone(it):
    review = await submitted(it)
    assert await listed(it, OFFICER, "?worklist=to_review") == [review["id"]]
    moved = profile(3, authority="XM-HL", y2026="2026-04-20T10:00:00+08:00")
    await it.take(ProfileChanged(credit_code=FIRM, profile=moved, changed=("authority",)))
    for who, ids in ((OFFICER, []), ("officer:XM-HL", [review["id"]]), (WHO, [review["id"]])):
        assert await listed(it, who, "?worklist=to_review") == ids, who
    assert await listed(it, BUREAU, "?authority=XM-HL") == [review["id"]]
    assert await listed(it, BUREAU, "?authority=XM-SM") == []


async def test_an_officer_finds_its_own_step_to_review_and_what_is_overdue(it):
    ids = {}
    for number, status in enumerate(ReviewStatus):
        if status not in (ReviewStatus.LAPSED, ReviewStatus.APPROVED):
            ids[status.value] = (await in_state(it, status, invented_code(number)))["id"]
    for who, name, found in (
        (OFFICER, "to_review", ["submitted"]), (BUREAU, "to_review", ["authority_passed"]),
        ("operator", "to_review", ["authority_passed", "submitted"]), ("officer:XM-HL", "to_review", []),
        (OFFICER, "returned", ["returned"]), (BUREAU, "awaiting_ministry", ["recommended"]),
        (OFFICER, "in_public_notice", ["in_public_notice"]), (BUREAU, "checking", ["checking"]), (OFFICER, "overdue", []),
    ):  # fmt: skip
        assert await listed(it, who, f"?worklist={name}") == [ids[each] for each in found], (who, name)
        if who != "operator":
            told = (await it.call(who, "GET", "/reviews/worklists")).json()["items"]
            assert told[name] == len(found), (who, name)
    it.at("2026-05-23T00:00:00+08:00")  # the correction was due on 21 May, the bureau's ten days too
    assert set(await listed(it, BUREAU, "?worklist=overdue")) == {ids["returned"], ids["authority_passed"]}
    assert await listed(it, BUREAU, "?worklist=to_review") == []
    it.at("2026-05-29T00:00:00+08:00")
    assert ids["submitted"] in await listed(it, OFFICER, "?worklist=overdue")
    item = (await it.call(OFFICER, "GET", f"/reviews/{ids['submitted']}")).json()
    assert (item["worklist"], item["handling"]) == ("overdue", {"due": "2026-05-28", "left": 15})
    await it.sweep()
    assert ids["returned"] not in await listed(it, BUREAU, "?worklist=overdue")


async def test_the_clock_pauses_while_the_case_is_with_the_firm(it):
    review = await submitted(it)
    it.at("2026-05-14T10:00:00+08:00")
    returned = await act(it, OFFICER, review, "return", RETURN)
    assert (returned["worklist"], returned["handling"]) == ("returned", {"due": None, "left": 10})
    it.at("2026-05-20T10:00:00+08:00")
    again = await act(it, WHO, review, "resubmission", {"declaration": DECLARATION})
    assert (again["worklist"], again["handling"]) == ("to_review", {"due": "2026-06-03", "left": 10})


async def test_an_officer_takes_a_case_and_another_one_cannot(it):
    review = await submitted(it)
    taken = await act(it, OFFICER, review, "assignment", {"assignee": "me"})
    assert taken["assignee_name"] == taken["steps"][-1]["actor_name"]
    assert await listed(it, OFFICER, "?assignee=me") == [taken["id"]]
    other = {"assignee": "somebody-else", "assignee_name": "王工"}
    given = await act(it, BUREAU, review, "assignment", other)
    assert (given["assignee"], given["assignee_name"]) == ("somebody-else", "王工")
    for body in ({"assignee": "me"}, {"assignee": None}):
        refused = await act(it, OFFICER, review, "assignment", body, 409)
        assert (refused["type"], refused["assignee_name"]) == ("/problems/case-assigned", "王工")
    freed = await act(it, BUREAU, review, "assignment", {"assignee": None})
    assert (freed["assignee"], freed["assignee_name"]) == (None, None)
    nameless = await act(it, OFFICER, review, "assignment", {"assignee": "somebody-else"}, 422)
    assert [each["code"] for each in nameless["errors"]] == ["name_missing"]
    await act(it, WHO, review, "assignment", {"assignee": "me"}, 403)
    await act(it, "officer:XM-HL", review, "assignment", {"assignee": "me"}, 404)


async def test_of_two_who_take_a_case_at_once_one_has_it_and_the_next_office_finds_it_free(it):
    review = await submitted(it)
    names = [{"assignee": f"officer-{number}", "assignee_name": f"{number}"} for number in range(4)]
    path = f"/reviews/{review['id']}/assignment"
    answers = await asyncio.gather(*(it.call(OFFICER, "POST", path, body) for body in names))
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert (await pass_on(it, review))["assignee"] is None


async def test_many_at_once_have_a_result_each_and_one_that_fails_leaves_the_others_alone(it):
    first, second, gone = [
        (await in_state(it, status, invented_code(number)))["id"]
        for number, status in enumerate((ReviewStatus.SUBMITTED, ReviewStatus.SUBMITTED, ReviewStatus.WITHDRAWN))
    ]
    nowhere = str(uuid4())
    bulk = {"act": "authority_decision", "ids": [first, gone, nowhere, second, first], "body": REJECTED}
    for _ in range(2):
        answer = await it.call(OFFICER, "POST", "/reviews/bulk", bulk, **{"Idempotency-Key": "k"})
        results = answer.json()["results"]
        assert [(each["id"], each["status"]) for each in results] == [
            (first, 200), (gone, 409), (nowhere, 404), (second, 200),
        ]  # fmt: skip
        assert results[1]["problem"]["possible_while"] == ["submitted"]
        assert results[2]["problem"]["instance"] == f"/api/v1/reviews/{nowhere}"
    assert (await it.call(BUREAU, "GET", f"/reviews/{second}")).json()["status"] == "rejected"


@pytest.mark.parametrize(
    ("who", "bulk", "statuses", "pointers"),
    [
        (OFFICER, {"act": "authority_decision", "body": {"opinion": ""}}, None, ["/body/outcome", "/body/opinion"]),
        (OFFICER, {"act": "burn", "body": {}}, None, ["/act"]),
        (BUREAU, {"act": "authority_decision", "body": REJECTED}, [403], None),
        (BUREAU, {"act": "bureau_decision", "body": REJECTED}, [409], None),
        (BUREAU, {"act": "ministry_decision", "body": REJECTED | {"decided_on": "2026-05-08"}}, [409], None),
        ("officer:XM-HL", {"act": "return", "body": RETURN}, [404], None),
        (OFFICER, {"act": "return", "body": RETURN}, [200], None),
        (OFFICER, {"act": "assignment", "body": {"assignee": "me"}}, [200], None),
        (WHO, {"act": "assignment", "body": {"assignee": "me"}}, [403], None),
    ],
)
async def test_a_bulk_act_is_checked_like_the_act_itself(it, who, bulk, statuses, pointers):
    review = await submitted(it)
    answer = await it.call(who, "POST", "/reviews/bulk", bulk | {"ids": [review["id"]]})
    if pointers:
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, pointers)
    else:
        assert [each["status"] for each in answer.json()["results"]] == statuses


async def test_an_officer_files_for_a_firm_by_its_signed_paper_form_and_that_is_marked(it):
    certification_id = await ready(it)
    body = {"certification_id": certification_id, "declaration": ON_PAPER}
    assert (await it.call("officer:XM-HL", "POST", "/reviews", body)).status_code == 404
    assert (await it.call(f"firm:{OTHER}", "POST", "/reviews", body)).status_code == 404
    nameless = await it.call(OFFICER, "POST", "/reviews", body | {"declaration": DECLARATION})
    assert [each["code"] for each in nameless.json()["errors"]] == ["paper_reference_missing"]
    filed = (await it.call(OFFICER, "POST", "/reviews", body)).json()
    assert (filed["status"], filed["assisted"], filed["credit_code"]) == ("submitted", True, FIRM)
    assert (filed["steps"][0]["paper_reference"], filed["steps"][0]["role"]) == (
        ON_PAPER["paper_reference"],
        "authority",
    )
    (told,) = await it.told("review.submitted.v1")
    assert told.data.review.assisted
    await act(it, OFFICER, filed, "withdrawal", {"reason": "…"}, 403)
    await act(it, OFFICER, filed, "return", RETURN)
    again = await act(it, BUREAU, filed, "resubmission", {"declaration": ON_PAPER})
    assert (again["assisted"], again["steps"][-1]["paper_reference"]) == (True, ON_PAPER["paper_reference"])
    await act(it, OFFICER, filed, "return", RETURN)
    itself = await act(it, WHO, filed, "resubmission", {"declaration": ON_PAPER})
    assert (itself["assisted"], itself["steps"][-1]["paper_reference"]) == (False, None)


async def test_a_firms_own_application_is_not_marked_even_with_a_paper_reference(it):
    certification_id = await ready(it)
    body = {"certification_id": certification_id, "declaration": ON_PAPER}
    filed = (await it.call(WHO, "POST", "/reviews", body)).json()
    assert (filed["assisted"], filed["steps"][0]["paper_reference"]) == (False, None)
    assert (await applied(it, certification_id)).status_code == 409


async def test_an_application_says_to_each_account_what_it_can_do_now(it):
    review = await submitted(it, valid_from="2023-06-01", valid_to="2026-05-31")

    async def allowed(who):
        return set((await read_review(it, review, who))["allowed"])

    firm, authority, bureau = [await allowed(who) for who in (WHO, OFFICER, BUREAU)]
    assert firm == {"withdrawn"}
    assert authority == {
        "on_site_check_ordered",
        "on_site_check_recorded",
        "returned",
        "authority_decision",
        "assigned",
    }
    assert bureau == {"on_site_check_ordered", "assigned"}
    assert await allowed("operator") == set()
    await act(it, OFFICER, review, "return", RETURN)
    assert await allowed(WHO) == {"resubmitted", "withdrawn"}
    it.at("2026-05-22T00:00:00+08:00")
    assert await allowed(WHO) == {"withdrawn"}
    await act(it, WHO, review, "withdrawal", {"reason": "材料有误"})
    assert await allowed(WHO) == await allowed(BUREAU) == set()


async def test_an_objection_is_raised_while_the_notice_runs_and_settled_while_it_is_open(it):
    review = await noticed(it)
    objection = {"from_whom": "某职工", "text": "不实"}
    assert {"objected"} == set((await read_review(it, review, BUREAU))["allowed"]) - {"assigned"}
    await act(it, BUREAU, review, "objections", objection, 201)
    assert "objection_settled" in (await read_review(it, review, BUREAU))["allowed"]
    settled = await act(it, BUREAU, review, "objections/1/finding", {"upheld": False, "finding": "属实"})
    assert "objection_settled" not in settled["allowed"]


async def test_what_is_under_way_is_listed_apart_from_what_has_ended(it):
    review = await submitted(it)
    for ended, expected in ((False, [review["id"]]), (True, [])):
        found = (await it.call(WHO, "GET", f"/reviews?ended={ended}")).json()["items"]
        assert [each["id"] for each in found] == expected
    await act(it, WHO, review, "withdrawal", {"reason": "材料有误"})
    assert [each["id"] for each in (await it.call(WHO, "GET", "/reviews?ended=true")).json()["items"]] == [review["id"]]


async def test_a_firm_reads_of_all_its_titles_at_once_what_each_owes_and_whether_it_can_apply(it):
    ready_ = await ready(it)
    early = await it.granted()
    await submitted(it, credit_code=OTHER)
    path = f"/certifications/overview?credit_code={FIRM}"
    found = {each["certification"]["id"]: each for each in (await it.call(WHO, "GET", path)).json()["items"]}
    assert {each: found[each]["review"]["can_apply"] for each in found} == {ready_: True, early: False}
    for each in found:
        one = (await it.call(WHO, "GET", f"/certifications/{each}")).json()
        alone = {"eligibility_history": [], "allowed": [], "grounds": []}
        assert found[each]["certification"] | {"duties": found[each]["duties"]} | alone == one
        assert found[each]["review"] == (await it.call(WHO, "GET", f"/certifications/{each}/eligibility")).json()
    assert (await it.call(f"firm:{OTHER}", "GET", path)).status_code == 404
    page = (await it.call(WHO, "GET", f"{path}&limit=1")).json()
    rest = (await it.call(WHO, "GET", page["next"].removeprefix("/api/v1"))).json()
    assert [len(each["items"]) for each in (page, rest)] == [1, 1]


async def test_an_office_is_told_between_what_it_can_choose_and_how_much_time_there_is(it):
    def choices(review):
        return [(each["outcome"], each["status"], each["citation"]["article"]) for each in review["outcomes"]]

    rejected = ("rejected", "rejected", "第十一条")
    review = await submitted(it)
    first = await read_review(it, review, OFFICER)
    assert (first["days_left"], first["correction_time"]["due"]) == (20, "2026-05-21")
    assert first["time_citation"]["article"] == "办理时限"
    assert (await read_review(it, review, BUREAU))["outcomes"] == []
    ordered = await act(it, OFFICER, review, "on_site_check/order", {"reason": "数据异常"})
    assert choices(ordered) == [rejected]
    checked = await act(it, OFFICER, review, "on_site_check", CHECK)
    assert choices(checked) == [("passed", "authority_passed", "第十一条"), rejected]
    returned = await act(it, OFFICER, review, "return", RETURN | {"due": "2026-05-15"})
    assert (returned["days_left"], returned["correction_time"], returned["outcomes"]) == (7, None, [])
    assert returned["time_citation"] is None
    it.at("2026-05-17T10:00:00+08:00")
    assert (await read_review(it, review))["days_left"] == -2
    it.at("2026-05-15T10:00:00+08:00")
    await act(it, WHO, review, "resubmission", {"declaration": DECLARATION})
    await pass_on(it, await read_review(it, review))
    assert choices(await read_review(it, review, BUREAU)) == [("approved", "in_public_notice", "公示"), rejected]
    on_notice = await act(it, BUREAU, review, "bureau_decision", {"outcome": "approved", "opinion": "拟同意"})
    assert (on_notice["notice_ends"], on_notice["days_left"], on_notice["outcomes"]) == ("2026-05-22", 7, [])
    assert on_notice["time_citation"]["article"] == "公示"


async def test_applications_are_found_by_their_ids_and_titles_within_reach(it):
    ids = [(await submitted(it, credit_code=invented_code(each)))["id"] for each in range(3)]
    wanted = f"?id={ids[0]}&id={ids[2]}&id={uuid4()}"
    assert await listed(it, OFFICER, wanted) == [ids[2], ids[0]]
    assert await listed(it, "officer:XM-HC", wanted) == []
    assert await listed(it, OFFICER, "?title=innovative") == ids[::-1]
    assert await listed(it, OFFICER, "?title=growth") == []
