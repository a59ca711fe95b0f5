"""Changes that officers see before their firms report them: recorded, reported, run out, dismissed."""

import asyncio
from uuid import uuid4

import pytest

from services.changes.vocabulary import Status
from tests.integration.changes.conftest import DECLARED, FIRM, OTHER
from tests.integration.changes.histories import BUREAU, OFFICER, RETURNED, WHO, brought_to, done, drafted, rename

SEEN = {"credit_code": FIRM, "type": "rename", "happened_on": "2026-05-08", "evidence": "公示系统显示已更名"}


@pytest.fixture
def seen(it):
    async def call(who, method, path="", body=None, **headers):
        return await it.call(who, method, f"/../occurrences{path}", body, **headers)

    return call


async def recorded(seen, **more):
    answer = await seen(OFFICER, "POST", "", SEEN | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def state(seen, occurrence):
    return (await seen(OFFICER, "GET", f"/{occurrence['id']}")).json()["state"]


async def test_an_officer_records_what_happened_and_its_three_months_run(it, seen):
    answer = await seen(OFFICER, "POST", "", SEEN, **{"Idempotency-Key": "k"})
    found = answer.json()
    assert (found["state"], found["nominal_due"], found["due"]) == ("open", "2026-08-08", "2026-08-10")
    assert (found["citation"]["article"], found["consequence"]) == ("第十三条", None)
    assert answer.headers["Location"] == f"/api/v1/occurrences/{found['id']}"
    assert (await seen(OFFICER, "POST", "", SEEN, **{"Idempotency-Key": "k"})).json()["id"] == found["id"]
    (told,) = await it.told()
    assert (told.type, told.data.occurrence.due.isoformat()) == ("occurrence.recorded.v1", "2026-08-10")


async def test_who_may_record_see_and_list(seen):
    for who, status in ((WHO, 403), ("operator", 403), ("officer:XM-HL", 404)):
        assert (await seen(who, "POST", "", SEEN)).status_code == status
    unknown = await seen(BUREAU, "POST", "", SEEN | {"credit_code": OTHER})
    assert unknown.json()["type"] == "/problems/enterprise-unknown"
    wrong = await seen(OFFICER, "POST", "", SEEN | {"happened_on": "2026-05-22", "evidence": ""})
    assert {each["pointer"] for each in wrong.json()["errors"]} == {"/happened_on", "/evidence"}
    found = await recorded(seen)
    for who, status in ((WHO, 200), (BUREAU, 200), (f"firm:{OTHER}", 404), ("officer:XM-HL", 404)):
        assert (await seen(who, "GET", f"/{found['id']}")).status_code == status
    assert (await seen("officer:XM-HL", "GET")).json()["items"] == []
    assert (await seen(WHO, "GET", f"?credit_code={OTHER}")).status_code == 404
    assert (await seen(WHO, "POST", f"/{found['id']}/dismissal", {"reason": "…"})).status_code == 403


async def test_a_change_is_recorded_once_even_by_two_at_once_and_not_where_it_was_reported(it, seen):
    answers = await asyncio.gather(*(seen(OFFICER, "POST", "", SEEN) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert {each.json()["type"] for each in answers if each.status_code == 409} == {"/problems/occurrence-recorded"}
    report = await brought_to(it, Status.SUBMITTED, rename("2026-04-01"))
    refused = await seen(OFFICER, "POST", "", SEEN | {"happened_on": "2026-04-01"})
    assert (refused.json()["type"], refused.json()["report_id"]) == ("/problems/change-reported", report["id"])


async def test_a_report_of_the_same_type_and_day_closes_it(it, seen):
    found, other = await recorded(seen), await recorded(seen, happened_on="2026-05-07")
    report = await brought_to(it, Status.SUBMITTED)
    assert report["occurrence_id"] == found["id"]
    assert (await state(seen, found), await state(seen, other)) == ("reported", "open")
    closed = (await seen(WHO, "GET", f"/{found['id']}")).json()
    assert (closed["report_id"], closed["closed_for"]) == (report["id"], None)
    assert [each.type for each in await it.told()][-2:] == ["occurrence.closed.v1", "change.submitted.v1"]


async def test_a_report_that_names_it_closes_it_whatever_its_type_and_day(it, seen):
    found = await recorded(seen, type="merger", happened_on="2026-05-01")
    report = await drafted(it, rename() | {"occurrence_id": found["id"]})
    assert await state(seen, found) == "open"
    assert [each["id"] for each in (await it.call(WHO, "GET", f"?occurrence_id={found['id']}")).json()["items"]] == [
        report["id"]
    ]
    assert (await it.call(WHO, "GET", f"?occurrence_id={uuid4()}")).json()["items"] == []
    await done(it, WHO, report["id"], "submission", DECLARED)
    assert await state(seen, found) == "reported"
    for id_ in (found["id"], str(uuid4())):
        refused = await it.call(WHO, "POST", "", rename() | {"occurrence_id": id_})
        assert [each["code"] for each in refused.json()["errors"]] == ["no_such_occurrence"]


async def test_a_withdrawn_report_leaves_it_open_again(it, seen):
    found = await recorded(seen)
    report = await brought_to(it, Status.SUBMITTED)
    await done(it, WHO, report["id"], "withdrawal", {"reason": "填报有误"})
    again = (await seen(OFFICER, "GET", f"/{found['id']}")).json()
    assert (again["state"], again["report_id"], again["closed_at"]) == ("open", None, None)
    assert [each.type for each in await it.told()][-2:] == ["occurrence.reopened.v1", "change.withdrawn.v1"]
    await brought_to(it, Status.SUBMITTED)
    assert await state(seen, found) == "reported"


async def test_a_correction_to_its_type_and_day_closes_it(it, seen):
    found = await recorded(seen, happened_on="2026-05-07")
    report = await brought_to(it, Status.RETURNED)
    await it.call(WHO, "PUT", f"/{report['id']}", rename("2026-05-07"), **{"If-Match": f'"{report["version"]}"'})
    await done(it, WHO, report["id"], "resubmission", DECLARED)
    assert await state(seen, found) == "reported"


async def test_what_runs_out_is_listed_as_overdue_and_its_cost_chosen_once(it, seen):
    found, fresh = await recorded(seen), await recorded(seen, happened_on="2026-05-20")
    early = await seen(BUREAU, "POST", f"/{found['id']}/sanction", {"choice": "excused", "reason": "…"})
    assert (early.status_code, early.json()["possible_while"]) == (409, ["overdue"])
    it.at("2026-08-10T23:59:59+08:00")
    assert await state(seen, found) == "open"
    it.at("2026-08-11T00:00:00+08:00")
    overdue = (await seen(OFFICER, "GET", "?state=overdue")).json()["items"]
    assert [each["id"] for each in overdue] == [found["id"]]
    assert overdue[0]["consequence"]["rule"] == "change_report.late"
    assert [each["id"] for each in (await seen(OFFICER, "GET", "?state=open")).json()["items"]] == [fresh["id"]]
    days = "?due_from=2026-08-11&due_to=2026-08-31"
    assert [each["id"] for each in (await seen(OFFICER, "GET", days)).json()["items"]] == [fresh["id"]]
    body = {"choice": "cancel_title", "reason": "逾期未报告"}
    assert (await seen(OFFICER, "POST", f"/{found['id']}/sanction", body)).status_code == 403
    chosen = (await seen(BUREAU, "POST", f"/{found['id']}/sanction", body)).json()
    assert (chosen["state"], {each["outcome"] for each in chosen["sanction"]["titles"]}) == (
        "sanctioned", {"cancel_title", "refer_title"},
    )  # fmt: skip
    told = (await it.told())[-1]
    assert (told.type, told.data.report, told.data.occurrence.status) == ("change.sanctioned.v1", None, "sanctioned")
    again = await seen(BUREAU, "POST", f"/{found['id']}/sanction", body)
    assert again.json()["type"] == "/problems/already-sanctioned"
    answer = {"certification_id": it.giant, "outcome": "retained", "reason": "保留", "answered_on": "2026-08-11"}
    answered = (await seen(BUREAU, "POST", f"/{found['id']}/sanction/ministry_answer", answer)).json()
    assert {each["outcome"] for each in answered["sanction"]["titles"]} == {"cancel_title", "retain_title"}


async def test_a_report_that_comes_after_the_choice_is_not_made_to_pay_twice(it, seen):
    found = await recorded(seen)
    it.at("2026-08-11T00:00:00+08:00")
    await seen(BUREAU, "POST", f"/{found['id']}/sanction", {"choice": "revoke_eligibility", "reason": "逾期未报告"})
    report = await brought_to(it, Status.SUBMITTED)
    assert (report["timeliness"]["on_time"], report["occurrence_id"]) == (False, found["id"])
    assert await state(seen, found) == "sanctioned"
    returned = await done(it, OFFICER, report["id"], "return", RETURNED)
    other = rename("2026-05-07")  # a correction of the day leaves the report what it was made for
    await it.call(WHO, "PUT", f"/{report['id']}", other, **{"If-Match": f'"{returned["version"]}"'})
    assert (await done(it, WHO, report["id"], "resubmission", DECLARED))["occurrence_id"] == found["id"]
    twice = await it.call(BUREAU, "POST", f"/{report['id']}/sanction", {"choice": "cancel_title", "reason": "…"})
    assert twice.json()["type"] == "/problems/already-sanctioned"


async def test_what_was_none_is_dismissed_for_a_reason_and_may_be_recorded_again(it, seen):
    found = await recorded(seen)
    gone = (await seen(OFFICER, "POST", f"/{found['id']}/dismissal", {"reason": "同名企业"})).json()
    assert (gone["state"], gone["closed_for"]) == ("dismissed", "同名企业")
    assert (await it.told())[-1].data.reason == "同名企业"
    again = await seen(OFFICER, "POST", f"/{found['id']}/dismissal", {"reason": "…"})
    assert (again.status_code, again.json()["possible_while"]) == (409, ["open", "overdue"])
    await recorded(seen)


async def test_a_report_and_a_choice_at_once_never_both_have_the_occurrence(it, seen):
    found = await recorded(seen)
    it.at("2026-08-11T00:00:00+08:00")
    draft = await drafted(it)
    submission, choice = await asyncio.gather(
        it.call(WHO, "POST", f"/{draft['id']}/submission", DECLARED),
        seen(BUREAU, "POST", f"/{found['id']}/sanction", {"choice": "excused", "reason": "…"}),
    )
    assert submission.status_code == 200
    assert await state(seen, found) == ("sanctioned" if choice.status_code == 200 else "reported")


async def test_the_list_goes_on_where_the_page_ended(seen):
    ids = [(await recorded(seen, happened_on=f"2026-05-0{day}"))["id"] for day in range(1, 6)]
    found, path = [], "?limit=2"
    while path:
        page = (await seen(OFFICER, "GET", path)).json()
        found += [each["id"] for each in page["items"]]
        path = page["next"] and "?" + page["next"].partition("?")[2]
    assert found == ids[::-1]


async def test_an_office_is_told_what_it_can_do_to_an_occurrence_and_what_that_may_cost(it, seen):
    found = await recorded(seen)
    path = f"/{found['id']}"

    async def told(who):
        answer = (await seen(who, "GET", path)).json()
        return answer["allowed"], {each["title"]: each["sanctions"]["cancel_title"] for each in answer["titles"]}

    assert found["allowed"] == ["dismiss"]
    for who, allowed in ((WHO, []), (OFFICER, ["dismiss"]), (BUREAU, ["dismiss"])):
        assert await told(who) == (allowed, {})
    it.at("2026-08-11T00:00:00+08:00")
    costs = {"specialized": "cancel_title", "little_giant": "refer_title"}
    for who, expected in ((OFFICER, (["dismiss"], {})), (BUREAU, (["dismiss", "sanction"], costs))):
        assert await told(who) == expected
    chosen = await seen(BUREAU, "POST", f"{path}/sanction", {"choice": "cancel_title", "reason": "未报告"})
    assert chosen.json()["allowed"] == ["answer_sanction"]
    for who in (WHO, OFFICER):
        assert await told(who) == ([], {})
    answered = {"certification_id": it.giant, "outcome": "retained", "reason": "保留", "answered_on": "2026-08-11"}
    assert (await seen(BUREAU, "POST", f"{path}/sanction/ministry_answer", answered)).json()["allowed"] == []
