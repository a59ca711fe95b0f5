"""Profiles: registration, drafts, annual updates, freshness, and what reaches them by event."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts import (
    CertificationGranted,
    CertificationState,
    ChangeDecided,
    ChangeReportState,
    ChangeType,
    Citation,
    DutyState,
    FreshnessRequested,
)
from tests.infrastructure import tokens
from tests.integration.profile.conftest import FIRM, OTHER, registration, submission

ARTICLE = Citation(rule="x", document="厦工信规〔2023〕2号", article="第十三条", text="…", text_en="…")


def granted(title="specialized", credit_code=FIRM, version=1, certification_id=None, status="valid"):
    return CertificationGranted(
        credit_code=credit_code,
        certification=CertificationState(
            certification_id=certification_id or uuid4(), credit_code=credit_code, version=version,
            enterprise_name="厦门示例精工有限公司", authority="XM-SM", title=title, status=status, eligibility="held",
            valid_from=date(2025, 1, 1), valid_to=date(2027, 12, 31), period_start=date(2025, 1, 1),
            window_opens=date(2028, 1, 1), window_closes=date(2028, 3, 31),
            duties=tuple(
                DutyState(year=year, nominal_due=date(year, 4, 30), due=date(year, 4, 30), state="open") for year in (2026, 2027) if title != "growth"
            ),
        ),
    )  # fmt: skip


def renamed(new, previous="厦门示例精工有限公司", report_id=None):
    return ChangeDecided(
        credit_code=FIRM,
        report=ChangeReportState(
            report_id=report_id or uuid4(), credit_code=FIRM, version=4, enterprise_name=previous, authority="XM-SM",
            type=ChangeType.RENAME, status="decided", happened_on=date(2026, 3, 1), nominal_due=date(2026, 6, 1),
            due=date(2026, 6, 1), citation=ARTICLE,
        ),
        decisions=(), previous_name=previous, new_name=new,
    )  # fmt: skip


async def test_a_registration_names_every_defect_at_once(it):
    answer = await it.call(
        "bureau",
        "POST",
        "/enterprises",
        {
            "credit_code": "91350203MA31F1331X",
            "name": " ",
            "authority": "XM-NO",
            "contact": {"name": "林", "mobile": "12", "email": "x"},
        },
    )
    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} == {
        "/credit_code", "/name", "/authority", "/registered_place", "/contact/mobile", "/contact/email",
    }  # fmt: skip
    assert all(each["detail_zh"] for each in answer.json()["errors"])


async def test_a_firm_is_registered_once_by_its_own_authority(registered):
    assert (await registered.call("bureau", "POST", "/enterprises", registration())).status_code == 409
    foreign = await registered.call("officer:XM-HL", "POST", "/enterprises", registration(OTHER))
    assert [each["code"] for each in foreign.json()["errors"]] == ["not_your_authority"]
    by_firm = await registered.call(f"firm:{FIRM}", "POST", "/enterprises", registration(OTHER))
    assert by_firm.status_code == 403


async def test_a_granted_title_enters_its_firm_and_an_officer_completes_it(it):
    await it.take(granted())
    entered = (await it.call("bureau", "GET", f"/enterprises/{FIRM}")).json()
    assert (entered["name"], entered["contact"]) == ("厦门示例精工有限公司", None)
    completed = await it.call("officer:XM-SM", "POST", "/enterprises", registration())
    assert completed.status_code == 200
    assert completed.json()["contact"]["mobile"] == "13959201234"
    assert [event.type for event in await it.told()] == ["profile.registered.v1", "profile.changed.v1"]


async def test_what_lies_outside_a_callers_reach_is_not_found(registered):
    for who in (f"firm:{OTHER}", "officer:XM-HL"):
        for path in (f"/enterprises/{FIRM}", f"/enterprises/{FIRM}/updates", f"/enterprises/{FIRM}/freshness"):
            assert (await registered.call(who, "GET", path)).status_code == 404
        assert (await registered.call(who, "GET", "/enterprises")).json()["items"] == []
    seen = (await registered.call("operator", "GET", f"/enterprises/{FIRM}")).json()
    assert "13959201234" not in str(seen) and seen["name"]
    assert (await registered.http.get(f"/api/v1/enterprises/{FIRM}")).status_code == 401


async def test_credit_codes_in_paths_are_normalised(registered):
    assert (await registered.call("bureau", "GET", "/enterprises/９１３５０２０３ma31f1331w")).json()[
        "credit_code"
    ] == FIRM


async def test_a_draft_may_be_unfinished_and_no_edit_of_it_is_lost(registered):
    path, who = f"/enterprises/{FIRM}/update_drafts/2026", f"firm:{FIRM}"
    unfinished = {"product": {"name": "传感器"}, "note": "待补"}
    first = await registered.call(who, "PUT", path, unfinished)
    assert (first.status_code, first.headers["ETag"]) == (201, '"1"')
    read = (await registered.call(who, "GET", path)).json()
    assert read["form"] == unfinished
    assert {"/basics", "/years", "/note"} <= {each["pointer"] for each in read["defects"]}
    assert (await registered.call(who, "PUT", path, {})).status_code == 428
    assert (await registered.call(who, "PUT", path, {"a": 1}, **{"If-Match": '"1"'})).status_code == 200
    assert (await registered.call(who, "PUT", path, {"b": 1}, **{"If-Match": '"1"'})).status_code == 412
    assert (await registered.call(who, "DELETE", path, **{"If-Match": '"2"'})).status_code == 204
    assert (await registered.call(who, "GET", path)).status_code == 404
    assert await registered.told() == (await registered.told())[:1]


async def test_an_update_with_defects_names_every_one_and_keeps_nothing(registered):
    wrong = submission()
    wrong["years"][0]["rd_staff"] = 9999
    wrong["years"][1]["main_revenue"] = 10**8
    wrong["ip"] = wrong["ip"] | {"own_class_1": 77}
    wrong["declaration"] = {"accepted": False, "signatory": " "}
    wrong["name"] = "新名称"
    answer = await registered.call(f"firm:{FIRM}", "POST", f"/enterprises/{FIRM}/updates", wrong)
    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} == {
        "/years/0/rd_staff", "/years/1/main_revenue", "/ip/own_class_1", "/declaration/accepted", "/declaration/signatory", "/name",
    }  # fmt: skip
    assert (await registered.call(f"firm:{FIRM}", "GET", f"/enterprises/{FIRM}/updates")).json()["items"] == []


@pytest.mark.parametrize(
    ("years", "code"),
    [((2025, 2023), "not_contiguous"), ((2024, 2023), "wrong_data_year")],
)
async def test_the_figures_are_of_contiguous_years_up_to_the_last_one(registered, years, code):
    form = submission()
    for figures, year in zip(form["years"], years, strict=True):
        figures["year"] = year
    answer = await registered.call(f"firm:{FIRM}", "POST", f"/enterprises/{FIRM}/updates", form)
    assert [each["code"] for each in answer.json()["errors"]] == [code]


@pytest.mark.parametrize(
    ("instant", "on_time", "state"),
    [("2026-04-30T15:59:59.900+00:00", True, "met"), ("2026-04-30T16:00:00+00:00", False, "missed")],
)
async def test_the_last_second_of_april_is_on_time_and_the_first_of_may_is_late(registered, instant, on_time, state):
    await registered.take(granted(), granted("growth"))
    registered.at(instant.replace(".900", ".000"))
    answer = await registered.call(f"firm:{FIRM}", "POST", f"/enterprises/{FIRM}/updates", submission())
    assert answer.status_code == 201
    title = next(each for each in answer.json()["titles"] if each["title"] == "specialized")
    assert (title["on_time"], title["state"], title["due"]) == (on_time, state, "2026-04-30")
    assert title["citation"]["article"] == "第十二条"


async def test_the_first_submission_counts_and_history_is_never_changed(registered):
    await registered.take(granted())
    who, path = f"firm:{FIRM}", f"/enterprises/{FIRM}/updates"
    await registered.call(who, "PUT", f"/enterprises/{FIRM}/update_drafts/2026", {})
    first = (await registered.call(who, "POST", path, submission())).json()
    assert (await registered.call(who, "GET", f"/enterprises/{FIRM}/update_drafts/2026")).status_code == 404
    registered.at("2026-06-01T10:00:00+08:00")
    second = (await registered.call(who, "POST", path, submission())).json()
    assert [each["on_time"] for each in second["titles"]] == [True]
    listed = (await registered.call(who, "GET", path)).json()["items"]
    assert [each["id"] for each in listed] == [second["id"], first["id"]]
    kept = (await registered.call(who, "GET", f"{path}/{first['id']}")).json()
    assert kept["form"]["years"][-1]["year"] == 2025
    updated = [event.data for event in await registered.told() if event.type == "profile.updated.v1"]
    assert len({event.profile.updates[0].submitted_at for event in updated}) == 1


async def test_an_update_cannot_be_submitted_before_its_year(registered):
    answer = await registered.call(f"firm:{FIRM}", "POST", f"/enterprises/{FIRM}/updates", submission(2027))
    assert [each["code"] for each in answer.json()["errors"]] == ["not_open_yet"]


async def test_the_same_key_submits_once_and_another_body_is_refused(registered):
    who, path = f"firm:{FIRM}", f"/enterprises/{FIRM}/updates"
    answers = [await registered.call(who, "POST", path, submission(), **{"Idempotency-Key": "k"}) for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    reused = await registered.call(who, "POST", path, submission(2025), **{"Idempotency-Key": "k"})
    assert reused.json()["type"] == "/problems/idempotency-key-reused"
    assert len((await registered.call(who, "GET", path)).json()["items"]) == 1


async def test_freshness_tells_every_title_with_a_duty(registered):
    await registered.take(granted(), granted("growth", status="cancelled"))
    registered.at("2026-05-01T00:00:00+08:00")
    answer = (await registered.call(f"firm:{FIRM}", "GET", f"/enterprises/{FIRM}/freshness?year=2026")).json()
    assert [(each["title"], each["state"], each["on_time"]) for each in answer["titles"]] == [
        ("specialized", "missed", None)
    ]


async def test_officers_find_who_has_not_updated(registered):
    await registered.call("bureau", "POST", "/enterprises", registration(OTHER))
    await registered.call(f"firm:{FIRM}", "POST", f"/enterprises/{FIRM}/updates", submission())
    missing = (await registered.call("officer:XM-SM", "GET", "/enterprises?not_updated_for=2026")).json()["items"]
    done = (await registered.call("officer:XM-SM", "GET", "/enterprises?updated_for=2026")).json()["items"]
    assert ([each["credit_code"] for each in missing], [each["credit_code"] for each in done]) == ([OTHER], [FIRM])
    page = (await registered.call("bureau", "GET", "/enterprises?limit=1")).json()
    following = await registered.http.get(page["next"], headers=tokens.authorization("bureau"))
    assert [each["credit_code"] for each in page["items"] + following.json()["items"]] == [FIRM, OTHER]


async def test_an_approved_rename_shows_and_the_old_name_stays(registered):
    later = datetime.fromisoformat("2026-05-02T10:00:00+08:00")
    await registered.take(renamed("厦门示例二名有限公司"), time=later)
    await registered.take(
        renamed("厦门示例一名有限公司"), time=later - timedelta(days=2)
    )  # decided before, arrives after
    seen = (await registered.call("bureau", "GET", f"/enterprises/{FIRM}")).json()
    assert seen["name"] == "厦门示例二名有限公司"
    assert [each["name"] for each in seen["names"]] == [
        "厦门示例精工有限公司",
        "厦门示例一名有限公司",
        "厦门示例二名有限公司",
    ]
    changed = [event.data for event in await registered.told() if event.type == "profile.changed.v1"]
    assert [(each.previous_name, each.profile.name) for each in changed] == [
        ("厦门示例精工有限公司", "厦门示例二名有限公司")
    ]


async def test_a_contact_is_changed_by_who_saw_the_present_one(registered):
    path, new = (
        f"/enterprises/{FIRM}/contact",
        {"name": "吴思远", "mobile": "+86 138-0592-0000", "email": "wu@firm.example"},
    )
    assert (await registered.call(f"firm:{FIRM}", "PUT", path, new)).status_code == 428
    assert (await registered.call(f"firm:{FIRM}", "PUT", path, new, **{"If-Match": '"9"'})).status_code == 412
    done = await registered.call(f"firm:{FIRM}", "PUT", path, new, **{"If-Match": '"1"'})
    assert done.json()["contact"]["mobile"] == "13805920000"
    assert (await registered.call("operator", "PUT", path, new, **{"If-Match": '"2"'})).status_code == 403


async def test_a_freshness_request_is_answered_with_what_is_known_even_of_a_new_firm(registered):
    await registered.call(f"firm:{FIRM}", "POST", f"/enterprises/{FIRM}/updates", submission())
    ask = FreshnessRequested(credit_code=FIRM, request_id=UUID(int=1), reason="review")
    unknown = FreshnessRequested(credit_code=OTHER, request_id=UUID(int=2), reason="review")
    entered = unknown.model_copy(
        update={"request_id": UUID(int=3), "enterprise_name": "厦门示例先行有限公司", "authority": "XM-HL"}
    )
    await registered.take(ask, unknown, entered)
    answers = [event.data for event in await registered.told() if event.type == "profile.freshness_reported.v1"]
    by_request = {answer.request_id.int: answer.profile for answer in answers}
    assert [update.year for update in by_request[1].updates] == [2026]
    assert by_request[2] is None
    assert by_request[3].authority == "XM-HL"


async def test_submissions_at_once_are_all_kept_and_told_in_order(registered):
    async def submit(_):
        return await registered.call(f"firm:{FIRM}", "POST", f"/enterprises/{FIRM}/updates", submission())

    answers = await asyncio.gather(*map(submit, range(6)))
    assert {answer.status_code for answer in answers} == {201}
    events = [event for event in await registered.told() if event.type == "profile.updated.v1"]
    assert sorted(event.sequence for event in events) == [2, 3, 4, 5, 6, 7]
    assert len({event.data.profile.updates[0].submitted_at for event in events}) == 1


async def test_a_body_over_the_limit_is_refused(start_service):
    async with start_service("profile", body_limit=1000) as it:
        answer: httpx.Response = await it.http.post(
            "/api/v1/enterprises", content=b"{" + b" " * 2000, headers=tokens.authorization("bureau")
        )
    assert answer.status_code == 413


async def test_an_officer_files_for_a_firm_by_its_signed_paper_form_and_it_is_marked_so(registered):
    path = f"/enterprises/{FIRM}/updates"
    signed = {"accepted": True, "signatory": "陈建国", "paper_reference": "思工信收〔2026〕118号"}
    unnamed = await registered.call("officer:XM-SM", "POST", path, submission())
    assert [each["pointer"] for each in unnamed.json()["errors"]] == ["/declaration/paper_reference"]
    for who, status in (("officer:XM-HL", 404), (f"firm:{OTHER}", 404), ("operator", 403)):
        assert (await registered.call(who, "POST", path, submission(declaration=signed))).status_code == status
    filed = (await registered.call("officer:XM-SM", "POST", path, submission(declaration=signed))).json()
    assert (filed["assisted"], filed["paper_reference"]) == (True, signed["paper_reference"])
    assert (filed["submitted_by_name"], filed["signatory"]) == ("officer:XM-SM", "陈建国")
    own = (await registered.call(f"firm:{FIRM}", "POST", path, submission(declaration=signed))).json()
    assert (own["assisted"], own["paper_reference"]) == (False, None)
    told = [event.data.assisted for event in await registered.told() if event.type == "profile.updated.v1"]
    assert told == [True, False]
