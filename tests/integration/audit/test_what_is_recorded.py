"""Every act leaves entries, in its transaction and with who did it, whatever statement writes."""

import asyncio
import importlib
import io
import itertools
import json
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.changes.handlers import handlers as changes
from services.cli.catalogue import SERVICES
from services.cli.tour.forms import change_form
from services.profile.handlers import handlers as profile
from services.reviews.commands.imports import import_next
from services.reviews.handlers import handlers as reviews
from shared.contracts import ProfileRegistered, ProfileState, ProfileUpdated, YearUpdate
from shared.messaging import Consumer
from shared.messaging.envelope import encode, new_event
from shared.runtime.acting import Act, Actor, acting
from tests.integration.changes.conftest import DECLARED, FIRM, NAME, OTHER, granted
from tests.integration.profile.conftest import registration, submission
from tests.integration.reviews.conftest import grant

BUREAU = Actor("bureau", "市工信局 审核员", "bureau")
NOT_RECORDED = {
    "profile": {"held_titles", "owed_updates", "update_counts"},
    "changes": {"firms", "held_titles"},
    "reviews": {"profile_copies", "import_progress", "deadline_extensions"},
    "notifier": {
        "firms",
        "certifications",
        "reports",
        "applications",
        "occurrences",
        "deadline_extensions",
        "obligations",
        "heard_events",
        "mails",
        "calendar_entries",
    },  # fmt: skip
}
"""Copies of what others own and record, and what is derived from them."""


def heard(data, it, actor=BUREAU, sequence=1):
    return encode(new_event(data, sequence=sequence, time=it.clock.now(), traceparent=None, actor=actor))


def names(state):
    return ProfileRegistered(credit_code=state.credit_code, profile=state)


def firm(credit_code=FIRM, version=1, name="厦门示例精工有限公司", **updates):
    years = tuple(YearUpdate(year=int(y[1:]), submitted_at=datetime.fromisoformat(at)) for y, at in updates.items())
    return ProfileState(credit_code=credit_code, version=version, name=name, authority="XM-SM", updates=years)


def shape(entries):
    return [(entry.act, entry.operation, entry.kind, entry.actor) for entry in entries]


@pytest.fixture
def calling(authorization):
    def of(it):
        async def call(who, method, path, body=None, expected=(200, 201, 202, 204), **headers):
            answer = await it.http.request(method, f"/api/v1{path}", json=body, headers=authorization(who) | headers)
            assert answer.status_code in expected, answer.text
            return answer

        return call

    return of


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_is_recorded_or_named_as_one_that_is_not(service, database_url_async):
    """A new table of a service is recorded by `audited` in its migration."""
    tables = set(importlib.import_module(f"services.{service}.models").Base.metadata.tables)
    engine = create_async_engine(await database_url_async(service))
    async with engine.connect() as connection:
        recorded = set(
            await connection.scalars(text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit'"))
        )
    await engine.dispose()
    assert recorded | NOT_RECORDED[service] == tables
    assert not recorded & NOT_RECORDED[service]


async def test_what_a_firm_and_its_officer_do_to_its_profile(start_service, calling, record):
    async with start_service("profile") as it:
        it.clock.move(datetime.fromisoformat("2026-04-20T10:00:00+08:00"))
        call, own = calling(it), f"firm:{FIRM}"
        await call("officer:XM-SM", "POST", "/enterprises", registration(FIRM))
        contact = {"name": "陈晓", "mobile": "13800000000", "email": "chen@firm.example"}
        await call(own, "PUT", f"/enterprises/{FIRM}/contact", contact, **{"If-Match": '"1"'})
        await call(own, "PUT", f"/enterprises/{FIRM}/update_drafts/2026", {"basics": {}})
        await call(own, "PUT", f"/enterprises/{FIRM}/update_drafts/2026", {"ip": {}}, **{"If-Match": '"1"'})
        await call(own, "DELETE", f"/enterprises/{FIRM}/update_drafts/2026", **{"If-Match": '"2"'})
        update = await call(own, "POST", f"/enterprises/{FIRM}/updates", submission(2026))
        entries = await record(it).waiting()
        assert shape(entries) == [
            ("register_enterprise", "insert", "enterprise", "officer:XM-SM"),
            ("register_enterprise", "insert", "name", "officer:XM-SM"),
            ("change_contact", "update", "enterprise", own),
            ("save_draft", "insert", "update_draft", own),
            ("save_draft", "update", "update_draft", own),
            ("delete_draft", "delete", "update_draft", own),
            ("submit_update", "insert", "annual_update", own),
            ("submit_update", "update", "enterprise", own),
        ]
        changed = entries[2]
        assert json.loads(changed.before)["contact"] == registration(FIRM)["contact"]
        assert json.loads(changed.after) == {"contact": contact | {"language": "zh-CN"}, "version": 2}
        submitted = entries[6]
        assert (submitted.case_id, submitted.credit_code) == (update.json()["id"], FIRM)
        assert submitted.before is None
        assert json.loads(submitted.after)["duty_year"] == 2026
        assert all(entry.trace_id == update.headers["X-Request-Id"] for entry in entries[6:])
        assert submitted.at.isoformat().startswith("2026-04-20T02:00")
        assert await record(it).waiting("update_draft") == [
            entry for entry in entries if entry.record == f"{FIRM}/2026"
        ]


async def test_a_report_from_its_draft_to_the_ministrys_answer(start_service, calling, record):
    async with start_service("changes") as it:
        it.clock.move(datetime.fromisoformat("2026-05-21T10:00:00+08:00"))
        call, own = calling(it), f"firm:{FIRM}"
        titles = [granted(title, f"0190000{n}-0000-7000-8000-000000000001") for n, title in enumerate(["little_giant"])]
        await Consumer("changes", it.backend, changes).receive(
            [heard(names(firm()), it), *(heard(each, it) for each in titles)]
        )
        assert await record(it).waiting() == []
        draft = change_form(FIRM, "2026-05-08", old=NAME, new="厦门示例智造有限公司")
        thrown_away = (await call(own, "POST", "/changes", draft)).json()["id"]
        await call(own, "DELETE", f"/changes/{thrown_away}", **{"If-Match": '"1"'})
        report = (await call(own, "POST", "/changes", draft)).json()["id"]
        await call(own, "PUT", f"/changes/{report}", draft | {"reason": "战略调整"}, **{"If-Match": '"1"'})
        await call(own, "POST", f"/changes/{report}/submission", DECLARED)
        opinion = {"meets_criteria": True, "opinion": "仍符合认定标准"}
        await call("officer:XM-SM", "POST", f"/changes/{report}/opinion", opinion)
        decision = {"certification_id": str(titles[0].certification.certification_id), "outcome": "referred"}
        await call("bureau", "POST", f"/changes/{report}/decision", {"decisions": [decision | {"reason": "报工信部"}]})
        ministry = decision | {"outcome": "retained", "reason": "保留", "answered_on": "2026-05-21"}
        await call("bureau", "POST", f"/changes/{report}/ministry_answer", ministry)
        decided = (await call(own, "GET", f"/changes/{report}")).json()["decisions"]
        assert [each["decided_by_name"] for each in decided] == ["bureau"]
        entries = await record(it).waiting()
        assert [each for each, _ in itertools.groupby(shape(entries))] == [
            ("draft_report", "insert", "change_report", own),
            ("discard_report", "update", "change_report", own),
            ("discard_report", "delete", "change_report", own),
            ("draft_report", "insert", "change_report", own),
            ("edit_report", "update", "change_report", own),
            ("submit_report", "update", "change_report", own),
            ("submit_report", "insert", "change_report_step", own),
            ("give_opinion", "update", "change_report", "officer:XM-SM"),
            ("give_opinion", "insert", "change_report_step", "officer:XM-SM"),
            ("decide_report", "update", "change_report", "bureau"),
            ("decide_report", "insert", "change_report_step", "bureau"),
            ("record_ministry_answer", "update", "change_report", "bureau"),
            ("record_ministry_answer", "insert", "change_report_step", "bureau"),
        ]
        assert {entry.case_id for entry in entries[3:]} == {report}
        opinion_given = next(entry for entry in entries if entry.act == "give_opinion")
        assert json.loads(opinion_given.before)["status"] == "submitted"
        assert json.loads(opinion_given.after)["status"] == "opinion_given"
        assert {"status", "version"} <= set(json.loads(opinion_given.after)) & set(json.loads(opinion_given.before))
        assert "form" not in json.loads(opinion_given.after)
        await record(it).seal()
        of_firm, _ = await record(it).exported(FIRM)
        of_case, _ = await record(it).exported(report)
        assert [each["kind"] for each in of_firm] == [entry.kind for entry in entries]
        assert [each["position"] for each in of_case] == list(range(4, len(entries) + 1))


async def test_a_refused_request_leaves_nothing(start_service, calling, record):
    async with start_service("profile") as it:
        it.clock.move(datetime.fromisoformat("2026-04-20T10:00:00+08:00"))
        await calling(it)("officer:XM-SM", "POST", "/enterprises", registration(FIRM))
        before = await record(it).waiting()
        await calling(it)(f"firm:{FIRM}", "POST", f"/enterprises/{FIRM}/updates", submission(2027), (422,))
        await calling(it)("officer:XM-SM", "POST", "/enterprises", registration(FIRM), (409,))
        assert await record(it).waiting() == before


async def test_titles_and_what_becomes_of_them(start_service, calling, record):
    async with start_service("reviews") as it:
        it.clock.move(datetime.fromisoformat("2026-03-15T10:00:00+08:00"))
        await calling(it)("bureau", "POST", "/certifications", grant())
        (entered,) = await record(it).waiting()
        assert shape([entered]) == [("grant_title", "insert", "certification", "bureau")]
        await Consumer("reviews", it.backend, reviews).receive(
            [heard(names(firm()), it), heard(names(firm(version=2, name="厦门改名有限公司")), it, sequence=2)]
        )
        (followed,) = (await record(it).waiting())[1:]
        assert json.loads(followed.after) == {"enterprise_name": "厦门改名有限公司"}
        it.clock.move(datetime.fromisoformat("2028-04-01T00:00:01+08:00"))
        await next(sweep for sweep in it.service.sweeps if sweep.name == "titles ending").round()
        ended = (await record(it).waiting("certification"))[-1]
        assert (ended.act, ended.actor, ended.actor_role) == ("titles ending", "platform", "platform")
        assert (json.loads(ended.before)["status"], json.loads(ended.after)["status"]) == ("valid", "expired")
        lapsed = await record(it).waiting("update_duty")
        assert {entry.case_id for entry in lapsed} == {entered.case_id}
        assert {json.loads(entry.after)["state"] for entry in lapsed} == {"lapsed"}


async def test_of_events_taken_together_each_firms_effect_is_its_own_causes(start_service, calling, record):
    async with start_service("reviews") as it:
        it.clock.move(datetime.fromisoformat("2026-04-20T10:00:00+08:00"))
        for code in (FIRM, OTHER):
            await calling(it)("bureau", "POST", "/certifications", grant(credit_code=code, enterprise_name="甲"))
        events = []
        for code in (FIRM, OTHER):
            state = firm(code, 2, "甲", y2026="2026-04-20T01:00:00+00:00")
            data = ProfileUpdated(
                credit_code=code, profile=state, update_id="01900000-0000-7000-8000-000000000001", duty_year=2026,
                submitted_at=state.updates[0].submitted_at, submitted_by="x",
            )  # fmt: skip
            events.append(heard(data, it, Actor(f"firm:{code}", "甲", "enterprise")))
        consumer = Consumer("reviews", it.backend, reviews)
        await consumer.receive(events)
        met = await record(it).waiting("update_duty")
        assert {(entry.credit_code, entry.actor, entry.act) for entry in met} == {
            (code, f"firm:{code}", "profile.updated.v1") for code in (FIRM, OTHER)
        }
        assert {json.loads(entry.after)["state"] for entry in met} == {"met"}
        await consumer.receive(events)
        await consumer.receive(events[::-1])
        assert await record(it).waiting("update_duty") == met


async def test_an_event_that_is_delivered_twice_leaves_one_set_of_entries(start_service, record):
    async with start_service("profile") as it:
        body = heard(granted("specialized", "01900000-0000-7000-8000-000000000001"), it)
        consumer = Consumer("profile", it.backend, profile)
        await consumer.receive([body, body])
        await consumer.receive([body])
        assert shape(await record(it).waiting()) == [
            ("certification.granted.v1", "insert", "enterprise", "bureau"),
            ("certification.granted.v1", "insert", "name", "bureau"),
        ]


def listed(rows):
    head = "序号,企业名称,统一社会信用代码,所属区,称号,有效期起,有效期止\n"
    return {"file": ("list.csv", io.BytesIO((head + "".join(rows)).encode()), "text/csv")}


async def test_a_list_is_its_uploaders_act_and_a_refused_one_enters_nothing(start_service, authorization, record):
    async with start_service("reviews") as it:
        it.clock.move(datetime.fromisoformat("2026-03-15T10:00:00+08:00"))
        good = f"1,厦门示例精工有限公司,{FIRM},思明区,专精特新中小企业,2025-01-01,2027-12-31\n"
        contradicting = f"2,厦门示例精工有限公司,{FIRM},思明区,专精特新中小企业,2025-01-01,2028-12-31\n"
        for rows in ([good, contradicting], [good]):
            answer = await it.http.post(
                "/api/v1/certification_imports", files=listed(rows), headers=authorization("bureau")
            )
            assert answer.status_code == 202, answer.text
            assert await import_next(it.backend)
        entries = await record(it).waiting()
        assert [each for each, _ in itertools.groupby(shape(entries))] == [
            ("upload_list", "insert", "certification_import", "bureau"),
            ("import_list", "update", "certification_import", "bureau"),
            ("upload_list", "insert", "certification_import", "bureau"),
            ("import_list", "update", "certification_import", "bureau"),
            ("import_list", "insert", "certification", "bureau"),
            ("import_list", "update", "certification_import", "bureau"),
        ]
        statuses = [json.loads(entry.after).get("status") for entry in entries if entry.kind == "certification_import"]
        assert [status for status in statuses if status] == ["queued", "refused", "queued", "done"]
        assert "content" not in json.loads(entries[0].after)


async def test_what_is_written_past_the_application_is_the_database_accounts(start_service, calling, record):
    async with start_service("profile") as it:
        await calling(it)("officer:XM-SM", "POST", "/enterprises", registration(FIRM))
        async with it.backend.database.engine.begin() as connection:
            await connection.execute(text("UPDATE enterprises SET name = '改名' WHERE credit_code = :c"), {"c": FIRM})
            account = await connection.scalar(text("SELECT session_user"))
        entry = (await record(it).waiting("enterprise"))[-1]
        assert (entry.actor, entry.actor_role, entry.act) == (account, "database", "update")
        assert json.loads(entry.after) == {"name": "改名"}


async def test_who_acts_is_told_again_after_a_savepoint_took_it_back(start_service, calling, record):
    async with start_service("profile") as it:
        await calling(it)("officer:XM-SM", "POST", "/enterprises", registration(FIRM))
        change = text("UPDATE enterprises SET version = version + 1")
        with acting(Act("repair", BUREAU)):
            async with it.backend.work() as work:
                savepoint = await work.session.begin_nested()
                await work.session.execute(change)
                await savepoint.rollback()
                await work.session.execute(change)
                with acting(Act("mine", BUREAU), {FIRM: Act("theirs", BUREAU)}):
                    await work.session.execute(change)
                with acting(Act("again", BUREAU)):
                    await work.session.execute(change)
        assert [entry.act for entry in (await record(it).waiting("enterprise"))[1:]] == ["repair", "theirs", "again"]


async def test_writers_do_not_wait_for_each_other(start_service, calling, record):
    async with start_service("profile") as it:
        for code in (FIRM, OTHER):
            await calling(it)("officer:XM-SM", "POST", "/enterprises", registration(code))
        change = text("UPDATE enterprises SET version = version + 1 WHERE credit_code = :code")
        async with it.backend.work() as one, asyncio.timeout(10):
            await one.session.execute(change, {"code": FIRM})
            async with it.backend.work() as two:
                await two.session.execute(change, {"code": OTHER})
            assert await record(it).seal() == 5
        assert await record(it).seal() == 1
