"""Deadline extensions as they are declared, read and withdrawn."""

from datetime import date

import pytest

from tests.integration.profile.conftest import FIRM, registration, submission
from tests.integration.profile.test_profiles import granted
from tests.integration.profile.test_who_has_not_updated import moved

PATH = "/deadline_extensions"


def notice(**changes):
    return {
        "duty": "update", "year": 2026, "titles": ["innovative", "specialized"], "authorities": None,
        "due": "2026-06-26", "source": "厦工信企业〔2026〕36号",
    } | changes  # fmt: skip


async def declared(it, **changes):
    answer = await it.call("bureau", "POST", PATH, notice(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_notice_is_declared_told_and_read_by_everybody(it):
    extension = await declared(it, authorities=["XM-SM"])
    assert (extension["nominal_due"], extension["due"], extension["in_force"]) == ("2026-04-30", "2026-06-26", True)
    (event,) = await it.told()
    assert (event.type, event.subject, event.sequence) == ("deadline.extended.v1", extension["id"], 1)
    assert (event.data.extension.titles, event.data.extension.authorities) == (
        ("innovative", "specialized"),
        ("XM-SM",),
    )
    for who in (f"firm:{FIRM}", f"person:{FIRM}", "officer:XM-HL", "operator", "bureau"):
        assert (await it.call(who, "GET", f"{PATH}/{extension['id']}")).json() == extension
        assert (await it.call(who, "GET", f"{PATH}?year=2026&in_force=true")).json()["items"] == [extension]
    assert (await it.http.get(f"/api/v1{PATH}")).status_code == 401


async def test_a_withdrawal_is_a_new_act_for_good_and_on_record(it):
    extension = await declared(it)
    path = f"{PATH}/{extension['id']}/withdrawal"
    answer = await it.call("bureau", "POST", path, {"reason": "文号有误"})
    assert answer.status_code == 200
    assert (answer.json()["in_force"], answer.json()["withdrawal_reason"]) == (False, "文号有误")
    assert answer.json()["withdrawn_by_name"] == "bureau"
    again = await it.call("bureau", "POST", path, {"reason": "文号有误"})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/extension-withdrawn")
    assert (await it.call("bureau", "GET", f"{PATH}?in_force=true")).json()["items"] == []
    assert len((await it.call("bureau", "GET", f"{PATH}?in_force=false")).json()["items"]) == 1
    event = (await it.told())[-1]
    assert (event.type, event.sequence, event.data.reason) == ("deadline.extension_withdrawn.v1", 2, "文号有误")
    assert event.data.extension.withdrawn_at is not None


async def test_only_the_bureau_moves_deadlines(it):
    extension = await declared(it)
    for who in ("officer:XM-SM", f"firm:{FIRM}", "operator"):
        assert (await it.call(who, "POST", PATH, notice())).status_code == 403
        assert (await it.call(who, "POST", f"{PATH}/{extension['id']}/withdrawal", {"reason": "x"})).status_code == 403


@pytest.mark.parametrize(
    ("changes", "defects"),
    [
        ({"due": "2026-04-29"}, {("/due", "before_the_rules_date")}),
        ({"due": "2028-01-01"}, {("/due", "too_far")}),
        ({"titles": ["innovative", "growth"]}, {("/titles/1", "owes_no_update")}),
        ({"titles": ["growth"], "due": "2028-01-01"}, {("/titles/0", "owes_no_update"), ("/due", "too_far")}),
        ({"titles": []}, {("/titles", "too_short")}),
        ({"titles": ["unicorn"]}, {("/titles/0", "enum")}),
        ({"authorities": []}, {("/authorities", "too_short")}),
        ({"authorities": ["XM-SM", "XM-NO"]}, {("/authorities/1", "unknown_authority")}),
        ({"year": 1999, "source": " "}, {("/year", "greater_than_equal"), ("/source", "string_too_short")}),
        ({"duty": "review"}, {("/duty", "literal_error")}),
    ],
)
async def test_a_notice_names_every_defect(it, changes, defects):
    answer = await it.call("bureau", "POST", PATH, notice(**changes))
    assert answer.status_code == 422
    assert {(each["pointer"], each["code"]) for each in answer.json()["errors"]} >= defects
    assert all(each["detail_zh"] for each in answer.json()["errors"])
    assert await it.told() == []


@pytest.mark.parametrize("due", ["2026-04-30", "2027-12-31"])
async def test_from_the_rules_own_date_to_the_end_of_the_next_year_a_deadline_can_be_moved(it, due):
    assert (await declared(it, due=due))["due"] == due


async def test_notices_page_from_the_newest(it):
    ids = [(await declared(it, source=f"〔2026〕{number}号"))["id"] for number in range(3)]
    page = (await it.call("bureau", "GET", f"{PATH}?limit=2")).json()
    following = await it.call("bureau", "GET", page["next"].removeprefix("/api/v1"))
    assert [each["id"] for each in page["items"] + following.json()["items"]] == ids[::-1]


async def test_a_firm_sees_the_moved_date_with_its_notice_and_is_in_time_by_it(it):
    await it.call("bureau", "POST", "/enterprises", registration())
    event = granted()
    await it.take(event)
    await it.take(moved(event, date(2026, 6, 26)))
    it.at("2026-05-10T10:00:00+08:00")
    (title,) = (await it.call(f"firm:{FIRM}", "GET", f"/enterprises/{FIRM}/freshness?year=2026")).json()["titles"]
    assert (title["nominal_due"], title["due"], title["state"]) == ("2026-04-30", "2026-06-26", "open")
    assert (title["citation"]["rule"], "〔2026〕36号" in title["citation"]["text"]) == ("update.extended", True)
    answer = await it.call(f"firm:{FIRM}", "POST", f"/enterprises/{FIRM}/updates", submission())
    assert answer.json()["titles"][0]["on_time"] is True
    (count,) = (await it.call("bureau", "GET", "/update_statistics?year=2026")).json()["items"]
    assert (count["updated"], count["due"], count["citation"]["rule"]) == (1, "2026-06-26", "update.extended")


async def test_what_a_notice_would_move_is_told_before_it_is_declared(it):
    answer = await it.call("bureau", "POST", f"{PATH}/preview", notice())
    assert answer.status_code == 200
    preview = answer.json()
    assert [(each["title"], each["nominal_due"]) for each in preview["titles"]] == [
        ("innovative", "2026-04-30"),
        ("specialized", "2026-04-30"),
    ]
    assert (preview["due"], "厦工信企业〔2026〕36号" in preview["citation"]["text"]) == ("2026-06-26", True)
    refused = await it.call("bureau", "POST", f"{PATH}/preview", notice(titles=["innovative", "growth"]))
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [("/titles/1", "owes_no_update")]
    assert (await it.call("officer:XM-SM", "POST", f"{PATH}/preview", notice())).status_code == 403
    assert await it.told() == []
    assert (await it.call("bureau", "GET", PATH)).json()["items"] == []
