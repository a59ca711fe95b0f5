"""Problems, body limits, idempotency, conditional requests and paging, on an application made for the purpose."""

import asyncio
import secrets
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.messaging import Backend
from shared.regulation import Regulation
from shared.runtime.clock import ShiftedClock, real_now
from shared.runtime.database import Database, Infrastructure
from shared.web.app import create_app
from shared.web.auth import CallerDep
from shared.web.conditional import ExpectedVersion, hold, tag
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import Conflict
from tests.infrastructure import tokens


class Note(BaseModel):
    words: str = Field(min_length=1)
    count: int = Field(ge=0)


router = APIRouter()


@router.post("/notes", status_code=201)
async def write_note(note: Note, caller: CallerDep, once: OnceDep) -> Response:
    async def act(work):
        if note.words == "refuse":
            raise Conflict("not now")
        await work.session.execute(text("INSERT INTO notes (words) VALUES (:words)"), {"words": note.words})
        await asyncio.sleep(note.count / 100)
        number = await work.session.scalar(text("SELECT count(*) FROM notes"))
        return Reply(body=Note(words=note.words, count=number), status=201, headers={"ETag": '"1"'})

    return await once(act)


@router.put("/notes/1")
async def change_note(note: Note, expected: ExpectedVersion, response: Response) -> Note:
    hold(expected, 3)
    tag(response, 4)
    return note


@router.get("/numbers")
async def numbers(paging: Paging) -> Page[int]:
    after = paging.after[0] if paging.after else 0
    rows = list(range(after + 1, 26))[: paging.limit]
    return paging.answer(rows, rows[-1]) if len(rows) == paging.limit else paging.answer(rows)


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("the secret is 42")


@pytest.fixture
async def http(postgres):
    name = f"web_{secrets.token_hex(4)}"
    url = await asyncio.to_thread(postgres.create_database, name)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Infrastructure.metadata.create_all)
        await connection.execute(text("CREATE TABLE notes (words text)"))
    await engine.dispose()
    database = Database(url)

    @asynccontextmanager
    async def lifespan(_):
        yield

    async def ready():
        return {"database!": await database.answers(), "broker": False}

    clock = ShiftedClock()
    app = create_app("test", [router], lifespan=lifespan, ready=ready, movable_clock=clock, body_limit=2000)
    app.state.backend = Backend("test", database, clock, Regulation.load("xiamen-2023"))
    app.state.verifier = tokens.verifier()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=tokens.authorization("bureau")
    ) as client:
        client.database = database
        yield client
    await database.close()


async def test_every_defect_is_named(http):
    answer = await http.post("/notes", json={"words": "", "count": -1})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/invalid-input"
    assert {defect["pointer"] for defect in problem["errors"]} == {"/words", "/count"}
    page = await http.get(problem["type"])
    assert page.status_code == 200
    assert problem["title_zh"] in page.text


async def test_a_body_that_is_no_json_is_a_problem(http):
    answer = await http.post("/notes", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/notes", 405), ("GET", "/problems/nope", 404)]
)
async def test_unknown_paths_and_methods_are_problems(http, method, path, status):
    answer = await http.request(method, path)
    assert answer.status_code == status
    assert answer.json()["status"] == status


async def test_a_failure_tells_nothing_of_its_inside(http):
    answer = await http.get("/broken")
    assert answer.status_code == 500
    assert "42" not in answer.text


async def test_a_declared_or_streamed_body_over_the_limit_is_refused(http):
    async def stream():
        for _ in range(5):
            yield b"x" * 1000

    for content in (b"x" * 5000, stream()):
        answer = await http.post("/notes", content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")


async def test_no_token_and_a_bad_token_are_401(http):
    for header in ("", "Bearer nonsense", "Basic eDp5"):
        answer = await http.post("/notes", json={"words": "a", "count": 0}, headers={"Authorization": header})
        assert answer.status_code == 401
        assert "WWW-Authenticate" in answer.headers


async def test_a_body_nested_beyond_all_measure_is_a_problem_even_where_none_is_read(http):
    headers = {"Content-Type": "application/json"}
    assert (await http.post("/notes", content=b"[" * 1900, headers=headers)).status_code == 400
    assert (await http.request("GET", "/numbers", content=b"[" * 1900, headers=headers)).status_code == 200


async def test_a_key_of_another_account_is_another_key(http, authorization):
    body, key = {"words": "mine", "count": 0}, {"Idempotency-Key": secrets.token_hex()}
    first = await http.post("/notes", json=body, headers=key)
    other = await http.post("/notes", json=body, headers=key | authorization("officer:XM-SM"))
    assert "Idempotent-Replayed" not in other.headers
    assert other.json()["count"] == first.json()["count"] + 1
    assert (await http.post("/notes", json=body, headers=key)).headers["Idempotent-Replayed"] == "true"


async def test_the_same_key_and_body_get_the_first_answer_again(http):
    first = await http.post("/notes", json={"words": "a", "count": 0}, headers={"Idempotency-Key": "k"})
    again = await http.post("/notes", json={"words": "a", "count": 0}, headers={"Idempotency-Key": "k"})
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["ETag"] == '"1"'
    other = await http.post("/notes", json={"words": "b", "count": 0}, headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    elsewhere = await http.post(
        "/notes", json={"words": "b", "count": 0}, headers={"Idempotency-Key": "k"} | tokens.authorization("operator")
    )
    assert elsewhere.status_code == 201


async def test_a_refused_request_leaves_its_key_free(http):
    headers = {"Idempotency-Key": "r"}
    assert (await http.post("/notes", json={"words": "refuse", "count": 0}, headers=headers)).status_code == 409
    assert (await http.post("/notes", json={"words": "now", "count": 0}, headers=headers)).status_code == 201


async def test_a_hundred_at_once_with_one_key_have_one_effect(http):
    async def send():
        return await http.post("/notes", json={"words": "once", "count": 3}, headers={"Idempotency-Key": "many"})

    answers = await asyncio.gather(*(send() for _ in range(100)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    created = {answer.content for answer in answers if answer.status_code == 201}
    assert len(created) == 1
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} <= {"/problems/request-in-flight"}
    async with http.database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM notes WHERE words = 'once'")) == 1


async def test_a_draft_changes_only_for_who_saw_its_present_version(http):
    note = {"words": "a", "count": 0}
    assert (await http.put("/notes/1", json=note)).status_code == 428
    stale = await http.put("/notes/1", json=note, headers={"If-Match": '"2"'})
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"3"')
    assert (await http.put("/notes/1", json=note, headers={"If-Match": "three"})).status_code == 400
    good = await http.put("/notes/1", json=note, headers={"If-Match": '"3"'})
    assert (good.status_code, good.headers["ETag"]) == (200, '"4"')


async def test_following_next_gives_every_row_once(http):
    seen, link = [], "/numbers?limit=10"
    while link:
        page = (await http.get(link)).json()
        seen += page["items"]
        link = page["next"]
    assert seen == list(range(1, 26))


@pytest.mark.parametrize("query", ["limit=0", "limit=1000", "cursor=%%%", "cursor=bm90anNvbg"])
async def test_a_page_that_makes_no_sense_is_a_problem(http, query):
    assert (await http.get(f"/numbers?{query}")).status_code == 422


async def test_readiness_needs_the_database_but_not_the_broker(http):
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "parts": {"database": "ok", "broker": "down"}})


async def test_the_clock_is_moved_and_put_back(http):
    moved = (await http.put("/dev/clock", json={"now": "2026-04-30T23:59:59+08:00"})).json()
    assert moved["today"] == "2026-04-30"
    assert (await http.put("/dev/clock", json={"now": "2026-04-30T23:59:59"})).status_code == 422
    back = (await http.put("/dev/clock", json={"now": None})).json()
    assert back["now"][:10] == real_now().isoformat()[:10]


async def test_the_caller_gets_a_request_id_in_the_trace_it_sent(http):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = await http.get("/numbers", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.headers["X-Request-Id"] == trace


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (r'{"words": "a\u0000b", "count": 1}', ["/words"]),
        (r'{"words": "half a pair: \ud83d", "count": 1}', ["/words"]),
        (r'{"words": "a", "count": 1e999}', ["/count"]),
        (r'{"words": "a", "count": NaN}', ["/count"]),
        (r'{"words": "a", "more": {"a/b": [1, {"\u0000": 2}, "\u0000"]}}', ["/more/a~1b/1", "/more/a~1b/2"]),
    ],
)
async def test_what_no_database_keeps_is_refused_with_its_places(http, authorization, body, pointers):
    headers = authorization("bureau") | {"Content-Type": "application/json"}
    answer = await http.post("/notes", content=body, headers=headers)
    assert answer.status_code == 422
    assert sorted((each["pointer"], each["code"]) for each in answer.json()["errors"]) == [
        (pointer, "cannot_be_kept") for pointer in pointers
    ]


async def test_a_whole_surrogate_pair_is_a_character_like_any_other(http, authorization):
    body = r'{"words": "\ud83d\ude00", "count": 0}'
    headers = authorization("bureau") | {"Content-Type": "application/json"}
    answer = await http.post("/notes", content=body, headers=headers)
    assert (answer.status_code, answer.json()["words"]) == (201, "😀")


async def test_what_cannot_be_kept_is_refused_in_a_query_too(http, authorization):
    answer = await http.get("/numbers?cursor=%00", headers=authorization("bureau"))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query/cursor")
