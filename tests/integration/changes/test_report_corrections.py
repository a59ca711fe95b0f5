"""Reports returned for correction: all defects at once, a due date, the clock meanwhile, timeliness."""

import pytest

from services.changes.vocabulary import Status
from tests.integration.changes.conftest import DECLARED
from tests.integration.changes.histories import DEFECTS, OFFICER, RETURNED, WHO, brought_to, done, rename


async def edited(it, report, form):
    return await it.call(WHO, "PUT", f"/{report['id']}", form, **{"If-Match": f'"{report["version"]}"'})


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"defects": []}, {"/defects": "too_short"}),
        ({"defects": DEFECTS * 26}, {"/defects": "too_long"}),
        ({"defects": [{"field": "reason", "text": ""}]}, {
            "/defects/0/field": "string_pattern_mismatch", "/defects/0/text": "string_too_short",
        }),
        ({"defects": DEFECTS, "due": "2026-05-20"}, {"/due": "in_the_past"}),
    ],
)  # fmt: skip
async def test_a_return_names_one_to_fifty_defects_and_a_day_that_is_not_over(it, body, found):
    report = await brought_to(it, Status.SUBMITTED)
    answer = await it.call(OFFICER, "POST", f"/{report['id']}/return", body)
    assert answer.status_code == 422
    assert {each["pointer"]: each["code"] for each in answer.json()["errors"]} == found


@pytest.mark.parametrize(("due", "set_"), [(None, "2026-06-04"), ("2026-05-21", "2026-05-21")])
async def test_without_a_day_the_rules_own_time_runs(it, due, set_):
    report = await brought_to(it, Status.SUBMITTED)
    returned = await done(it, OFFICER, report["id"], "return", RETURNED | {"due": due})
    assert returned["correction"]["due"] == set_
    assert returned["correction"]["citation"]["rule"] == "case.return"


async def test_the_offices_clock_stands_while_the_report_is_with_its_firm(it):
    report = await brought_to(it, Status.SUBMITTED)
    assert report["handling"] == {"due": "2026-06-11", "left": 15}
    it.at("2026-05-26T10:00:00+08:00")
    returned = await done(it, OFFICER, report["id"], "return", RETURNED)
    assert returned["handling"] == {"due": None, "left": 12}
    it.at("2026-06-08T10:00:00+08:00")
    again = await done(it, WHO, report["id"], "resubmission", DECLARED)
    assert again["handling"] == {"due": "2026-06-25", "left": 12}  # 19 June 2026 is the Dragon Boat Festival
    given = await done(it, OFFICER, report["id"], "opinion", {"meets_criteria": True, "opinion": "同意"})
    assert given["handling"] == {"due": "2026-06-23", "left": 10}


async def test_a_correction_keeps_the_timeliness_of_the_first_submission_and_may_itself_be_late(it):
    it.at("2026-03-02T10:00:00+08:00")
    report = await brought_to(it, Status.RETURNED, rename("2025-12-01"))
    due = report["correction"]["due"]
    it.at("2026-05-21T10:00:00+08:00")
    again = await done(it, WHO, report["id"], "resubmission", DECLARED)
    assert again["timeliness"]["on_time"] is True
    assert again["timeliness"]["submitted_at"].startswith("2026-03-02")
    assert (again["steps"][-1]["late"], due) == (True, "2026-03-16")
    told = [event for event in await it.told() if event.type == "change.resubmitted.v1"]
    assert [(each.data.office, each.data.late) for each in told] == [("authority", True)]


async def test_timeliness_follows_the_date_of_the_change_as_it_is_corrected(it):
    report = await brought_to(it, Status.RETURNED, rename("2026-05-08"))
    await edited(it, report, rename("2025-12-01"))
    again = await done(it, WHO, report["id"], "resubmission", DECLARED)
    assert (again["timeliness"]["due"], again["timeliness"]["on_time"]) == ("2026-03-02", False)


async def test_a_correction_is_edited_with_the_version_that_was_read_and_told_when_it_comes_back(it):
    report = await brought_to(it, Status.RETURNED)
    assert (await it.call(WHO, "PUT", f"/{report['id']}", rename())).status_code == 428
    unfinished = await edited(it, report, rename() | {"reason": ""})
    assert (unfinished.status_code, unfinished.json()["status"]) == (200, "returned")
    assert [each["pointer"] for each in unfinished.json()["defects"]] == ["/reason"]
    refused = await it.call(WHO, "POST", f"/{report['id']}/resubmission", DECLARED)
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/reason"]
    assert (await edited(it, report, rename())).status_code == 412
    assert (await edited(it, unfinished.json(), rename())).status_code == 200
    await done(it, WHO, report["id"], "resubmission", DECLARED)
    assert [event.type for event in await it.told()] == [
        "change.drafted.v1", "change.submitted.v1", "change.returned.v1", "change.resubmitted.v1",
    ]  # fmt: skip


async def test_a_returned_report_can_be_withdrawn(it):
    report = await brought_to(it, Status.RETURNED)
    withdrawn = await done(it, WHO, report["id"], "withdrawal", {"reason": "填报有误"})
    assert (withdrawn["status"], withdrawn["correction"]) == ("withdrawn", None)
    assert withdrawn["handling"] == {"due": None, "left": None}
