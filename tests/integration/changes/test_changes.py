"""Change reports: drafts, submission, timeliness, opinion, decision, the ministry's answer."""

import asyncio
from uuid import UUID

import pytest

from services.changes.vocabulary import Status
from services.cli.tour.forms import merger_form
from tests.integration.changes.conftest import DECLARED, FIRM, NAME, OTHER, granted, known
from tests.integration.changes.histories import OFFICER, WHO, brought_to, decision, drafted, rename


async def submitted(it, form=None):
    return await brought_to(it, Status.SUBMITTED, form)


async def with_opinion(it, form=None):
    return (await brought_to(it, Status.OPINION_GIVEN, form))["id"]


@pytest.mark.parametrize(
    ("happened_on", "nominal", "due"),
    [
        ("2025-11-30", "2026-02-28", "2026-02-28"),
        ("2025-12-01", "2026-03-01", "2026-03-02"),
        ("2026-01-31", "2026-04-30", "2026-04-30"),
        ("2026-02-01", "2026-05-01", "2026-05-06"),
        ("2025-07-01", "2025-10-01", "2025-10-09"),
        ("2026-05-08", "2026-08-08", "2026-08-10"),
    ],
)
async def test_the_due_date_is_three_months_to_the_next_working_day(it, happened_on, nominal, due):
    answer = (await it.call(WHO, "GET", f"/due_date?happened_on={happened_on}")).json()
    assert (answer["nominal_due"], answer["due"], answer["provisional"]) == (nominal, due, False)
    assert answer["over"] is (due < "2026-05-21")
    assert answer["citation"]["article"] == "第十三条"


@pytest.mark.parametrize("happened_on", ["1900-01-01", "9999-12-31", "2026-02-30", ""])
async def test_an_odd_date_is_answered_without_a_failure(it, happened_on):
    assert (await it.call(WHO, "GET", f"/due_date?happened_on={happened_on}")).status_code in (200, 422)


@pytest.mark.parametrize(
    ("instant", "on_time"), [("2026-03-02T15:59:59+00:00", True), ("2026-03-02T16:00:00+00:00", False)]
)
async def test_timeliness_is_judged_by_the_day_that_decides(it, instant, on_time):
    it.at(instant)
    timeliness = (await submitted(it, rename("2025-12-01")))["timeliness"]
    assert (timeliness["on_time"], timeliness["deadline"]) == (on_time, "2026-03-02T16:00:00Z")
    assert (timeliness["consequence"] is None) is on_time


async def test_a_draft_with_wrong_firm_type_or_date_names_every_defect(it):
    answer = await it.call(
        WHO, "POST", "", {"credit_code": "1", "type": "sale", "happened_on": "2026-05-22", "colour": 1}
    )
    assert {each["pointer"]: each["code"] for each in answer.json()["errors"]} == {
        "/credit_code": "credit_code_length", "/type": "enum", "/happened_on": "in_the_future", "/colour": "extra_forbidden",
    }  # fmt: skip


async def test_an_unfinished_draft_is_kept_and_its_submission_names_all_it_lacks(it):
    draft = await drafted(it, {"credit_code": FIRM, "type": "merger", "happened_on": "2026-05-08",
                               "details": {"counterparties": [{"name": "甲", "credit_code": "91350203MA31F1331X"}]}})  # fmt: skip
    missing = {"/before", "/after", "/reason", "/impact/still_sme", "/details/counterparties/0/credit_code"}
    assert missing <= {each["pointer"] for each in draft["defects"]}
    refused = await it.call(WHO, "POST", f"/{draft['id']}/submission", DECLARED)
    assert refused.status_code == 422
    assert missing <= {each["pointer"] for each in refused.json()["errors"]}
    undeclared = await it.call(WHO, "POST", f"/{draft['id']}/submission", {})
    assert [each["pointer"] for each in undeclared.json()["errors"]] == ["/declaration"]
    assert (await it.call(WHO, "GET", f"/{draft['id']}")).json()["status"] == "draft"


async def test_an_edit_needs_the_version_that_was_read_and_moves_the_due_date(it):
    draft = await drafted(it)
    path = f"/{draft['id']}"
    assert (await it.call(WHO, "PUT", path, rename("2026-02-01"))).status_code == 428
    edited = await it.call(WHO, "PUT", path, rename("2026-02-01"), **{"If-Match": '"1"'})
    assert (edited.json()["timeliness"]["due"], edited.headers["ETag"]) == ("2026-05-06", '"2"')
    assert (await it.call(WHO, "PUT", path, rename(), **{"If-Match": '"1"'})).status_code == 412
    moved = await it.call(WHO, "PUT", path, rename() | {"credit_code": OTHER}, **{"If-Match": '"2"'})
    assert [each["code"] for each in moved.json()["errors"]] == ["cannot_change"]


async def test_a_deleted_draft_is_gone_and_told(it):
    draft = await drafted(it)
    assert (await it.call(WHO, "DELETE", f"/{draft['id']}", **{"If-Match": '"1"'})).status_code == 204
    assert (await it.call(WHO, "GET", f"/{draft['id']}")).status_code == 404
    assert [event.type for event in await it.told()] == ["change.drafted.v1", "change.discarded.v1"]
    assert [event.sequence for event in await it.told()] == [1, 2]


async def test_a_submitted_report_is_only_viewed(it):
    report = await submitted(it)
    path, version = f"/{report['id']}", {"If-Match": f'"{report["version"]}"'}
    assert (await it.call(WHO, "PUT", path, rename(), **version)).status_code == 409
    assert (await it.call(WHO, "DELETE", path, **version)).status_code == 409
    assert (await it.call(WHO, "POST", f"{path}/submission", DECLARED)).json()["type"] == "/problems/report-state"


async def test_a_report_can_be_withdrawn_until_an_opinion_is_given(it):
    report = await submitted(it)
    withdrawn = await it.call(WHO, "POST", f"/{report['id']}/withdrawal", {"reason": "填报有误"})
    assert (withdrawn.json()["status"], withdrawn.json()["timeliness"]["on_time"]) == ("withdrawn", None)
    late = await with_opinion(it)
    assert (await it.call(WHO, "POST", f"/{late}/withdrawal", {"reason": "…"})).status_code == 409


async def test_drafts_are_their_firms_alone_and_reports_stay_within_reach(it):
    draft, report = await drafted(it), await submitted(it)
    assert (await it.call(OFFICER, "GET", f"/{draft['id']}")).status_code == 404
    assert (await it.call(OFFICER, "GET", f"/{report['id']}")).status_code == 200
    for who in (f"firm:{OTHER}", "officer:XM-HL"):
        assert (await it.call(who, "GET", f"/{report['id']}")).status_code == 404
        assert (await it.call(who, "GET")).json()["items"] == []
    assert [each["id"] for each in (await it.call("bureau", "GET")).json()["items"]] == [report["id"]]
    assert (await it.call(WHO, "GET", f"?credit_code={OTHER}")).status_code == 404
    assert (await it.call(f"firm:{OTHER}", "POST", "", rename())).status_code == 404
    assert (
        await it.call("bureau", "POST", f"/{report['id']}/opinion", {"meets_criteria": True, "opinion": "同意"})
    ).status_code == 403


async def test_the_list_is_filtered_by_type_status_and_date(it):
    await submitted(it, rename("2026-04-01"))
    await submitted(it, merger_form(FIRM, "2026-05-02", OTHER))
    await drafted(it)

    async def found(query):
        return [(each["type"], each["status"]) for each in (await it.call(WHO, "GET", query)).json()["items"]]

    assert await found("?type=merger") == [("merger", "submitted")]
    assert await found("?status=draft") == [("rename", "draft")]
    assert len(await found("?ended=false")) == 3
    assert await found("?ended=true") == []
    assert await found("?happened_from=2026-04-01&happened_to=2026-05-02") == [
        ("merger", "submitted"),
        ("rename", "submitted"),
    ]


async def test_every_held_title_is_decided_exactly_once_with_what_is_offered(it):
    report = await with_opinion(it)
    wrong = decision(**{it.giant: "cancelled", str(UUID(int=7)): "retained"})
    answer = await it.call("bureau", "POST", f"/{report}/decision", wrong)
    assert [each["code"] for each in answer.json()["errors"]] == ["outcome_not_offered", "not_held", "title_left_out"]
    refer = await it.call(
        "bureau", "POST", f"/{report}/decision", decision(**{it.giant: "retained", it.specialized: "referred"})
    )
    assert [each["code"] for each in refer.json()["errors"]] == ["outcome_not_offered"]


async def test_a_little_giant_is_referred_and_the_ministrys_answer_ends_it(it):
    report = await with_opinion(it)
    referred = (
        await it.call(
            "bureau", "POST", f"/{report}/decision", decision(**{it.giant: "referred", it.specialized: "cancelled"})
        )
    ).json()
    assert referred["status"] == "referred"
    answer = {"certification_id": it.specialized, "outcome": "cancelled", "reason": "取消", "answered_on": "2026-05-20"}
    wrong = await it.call("bureau", "POST", f"/{report}/ministry_answer", answer)
    assert [each["code"] for each in wrong.json()["errors"]] == ["not_referred", "before_the_report"]
    answer |= {"certification_id": it.giant, "answered_on": "2026-05-21"}
    decided = (await it.call("bureau", "POST", f"/{report}/ministry_answer", answer)).json()
    assert decided["status"] == "decided"
    assert {(each["title"], each["outcome"], each["decided_by"]) for each in decided["decisions"]} == {
        ("little_giant", "cancelled", "ministry"), ("specialized", "cancelled", "bureau"),
    }  # fmt: skip
    assert all(each["citation"]["article"] == "第十三条" for each in decided["decisions"])
    told = [event.data for event in await it.told() if event.type == "change.decided.v1"]
    assert [each.new_name for each in told] == [None, "厦门示例新名有限公司"]
    assert (await it.call("bureau", "POST", f"/{report}/ministry_answer", answer)).status_code == 409


async def test_only_titles_still_held_are_decided_whatever_order_their_news_came_in(it):
    await it.take(granted("specialized", UUID(it.specialized), version=3, status="expired"))
    await it.take(granted("specialized", UUID(it.specialized), version=2))
    await it.take(known(version=5, name="厦门示例今名有限公司"), known(version=4, name="旧"))
    report = await with_opinion(it)
    done = await it.call("bureau", "POST", f"/{report}/decision", decision(**{it.giant: "retained"}))
    assert done.json()["status"] == "decided"
    assert done.json()["enterprise_name"] == "厦门示例今名有限公司"


async def test_the_name_that_the_firm_has_is_no_new_name(it):
    draft = await drafted(it, rename(new=NAME))
    answer = await it.call(WHO, "POST", f"/{draft['id']}/submission", DECLARED)
    assert [each["code"] for each in answer.json()["errors"]] == ["same_name"]


async def test_a_firm_that_nobody_registered_is_told_so(it):
    answer = await it.call(f"firm:{OTHER}", "POST", "", rename() | {"credit_code": OTHER})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/enterprise-unknown")


async def test_of_two_decisions_at_once_one_is_taken(it):
    report = await with_opinion(it)
    body = decision(**{it.giant: "retained", it.specialized: "retained"})
    answers = await asyncio.gather(*(it.call("bureau", "POST", f"/{report}/decision", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert sum(event.type == "change.decided.v1" for event in await it.told()) == 1
