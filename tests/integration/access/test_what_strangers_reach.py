"""Nobody reads, changes or counts what is another firm's, or another office's: by every route, as every kind of account.

The routes are those of the APIs' documents. What each is for says `routes`; what is not written there fails.
"""

import functools
import re
from itertools import product

import pytest

from services.cli.catalogue import SERVICES
from services.cli.documents import openapi_document
from tests.infrastructure import tokens
from tests.integration.access.conftest import DISMISSED, INSIDERS, MARKS, STRANGERS, UNBOUND, authorization
from tests.integration.access.routes import ABOUT_NOBODY, AUTHORITY, FIRM, OWN, routes

PREFIX = "/api/v1"
UNREACHED = (403, 404)
OF_THE_CITY = ("import_id", "campaign_id", "extension_id", "event_id")


def _documented():
    """`METHOD /path` of every route that asks for a token, to the query parameters that it takes."""
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}": {
            each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"
        }
        for service in SERVICES
        for path, operations in openapi_document(service)["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    }


class Nothing(dict):
    """Ids of nothing, to know the routes by before there is anything."""

    def __missing__(self, _):
        return ""


DOCUMENTED = _documented()
EXPECTED = routes(Nothing())


def _as_documented(route):
    return route.replace("{draft_id}", "{report_id}")


def test_of_every_route_it_is_said_whom_it_is_for():
    assert {_as_documented(route) for route in EXPECTED} == DOCUMENTED.keys()


@pytest.fixture(scope="module")
def table(it):
    return routes(it.known)


def _pointing_at_the_firm(it, route, expected):
    """The queries that ask for what is FIRM's: one for each parameter that can, or those that must be there."""
    values = it.known | {
        "authority": AUTHORITY, "q": FIRM, "name": FIRM, "case": it.known["report_id"], "assignee": INSIDERS["A"],
        "id": it.known["review_id" if "/reviews" in route else "report_id"],
    }  # fmt: skip
    names = DOCUMENTED[_as_documented(route)] - ABOUT_NOBODY
    assert names <= values.keys(), f"what can {names - values.keys()} of {route} point at?"
    return [
        dict(expected.more),
        *({**_without(expected.more, "credit_code"), name: values[name]} for name in sorted(names)),
    ]


def _without(query, name):
    return {key: value for key, value in query.items() if key != name}


async def _asked(it, route, expected, who, query, headers=None):
    method, _, path = route.partition(" ")
    path = re.sub(r"\{(\w+)\}", lambda found: it.known[found[1]], path)
    return await it.http.request(
        method, f"{PREFIX}{path}", params=query, json=expected.body, files=expected.files, content=expected.content,
        headers={"If-Match": '"1"', **(authorization(who) if headers is None else headers)},
    )  # fmt: skip


def _shows_nothing(it, answer, but=()):
    """Nothing of FIRM's that was not in the request itself is in the answer."""
    body = b"" if answer.request.headers.get("Content-Type", "").startswith("multipart") else answer.request.content
    asked = f"{answer.request.url}{body.decode()}"
    own = {name: value for name, value in it.known.items() if name not in OF_THE_CITY and len(value) > 10}
    shown = answer.content.decode(errors="replace")
    assert [mark for mark in (*MARKS, *own.values()) if mark in shown and mark not in asked and mark not in but] == []


def _is_denied(it, answer, expected, statuses, but=()):
    assert _told(answer, expected) <= set(statuses), answer.text
    _shows_nothing(it, answer, but)


def _told(answer, expected):
    if expected.one_by_one and answer.status_code == 200:
        return {each["status"] for each in answer.json()["results"]}
    return {answer.status_code}


BAD_TOKENS = ("none", "no_signature", "foreign_key", "expired", "another_audience", "another_issuer", "id_token")


@functools.cache
def bad_token(kind):
    return tokens.bad(kind, INSIDERS["F"])


@pytest.mark.parametrize("route", EXPECTED)
def test_without_a_good_token_there_is_nothing(it, runner, table, route):
    for kind in BAD_TOKENS:
        headers = {} if kind == "none" else {"Authorization": f"Bearer {bad_token(kind)}"}
        answer = runner.run(_asked(it, route, table[route], "", table[route].more, headers))
        assert (answer.status_code, answer.headers["WWW-Authenticate"][:6]) == (401, "Bearer"), f"{kind}: {answer.text}"
        _shows_nothing(it, answer)


@pytest.mark.parametrize("route", EXPECTED)
def test_a_stranger_does_not_know_of_it(it, runner, table, route):
    expected = table[route]
    for (who, role), query in product(STRANGERS.items(), _pointing_at_the_firm(it, route, expected)):
        if expected.persons_may and who.startswith("person:"):
            continue
        answer = runner.run(_asked(it, route, expected, who, query))
        if role not in expected.roles:
            _is_denied(it, answer, expected, UNREACHED)
        elif expected.scoped:
            own_past = (FIRM,) if who == DISMISSED and route.startswith("GET /delegations") else ()
            _is_denied(it, answer, expected, expected.refusals, own_past)
        else:
            assert answer.is_success, answer.text
            _shows_nothing(it, answer)


@pytest.mark.parametrize("route", EXPECTED)
def test_a_person_who_acts_for_nobody_reaches_nothing(it, runner, table, route):
    expected = table[route]
    if not expected.persons_may:
        own_requests = route.startswith("GET /delegations")
        for query in _pointing_at_the_firm(it, route, expected):
            answer = runner.run(_asked(it, route, expected, UNBOUND, query))
            _is_denied(it, answer, expected, (200, 404) if own_requests else UNREACHED)


@pytest.mark.parametrize("route", EXPECTED)
def test_who_has_another_role_is_refused(it, runner, table, route):
    expected = table[route]
    for role, who in INSIDERS.items():
        if role not in expected.roles:
            answer = runner.run(_asked(it, route, expected, who, expected.more))
            assert _told(answer, expected) <= set(UNREACHED), f"{who}: {answer.text}"


def test_all_of_this_has_left_no_trace(it, runner):
    assert runner.run(it.kept()) == it.before


def test_a_person_who_asks_to_act_for_a_firm_learns_its_public_name_only(it, runner, table):
    route = "POST /enterprises/{credit_code}/delegations"
    answer = runner.run(_asked(it, route, table[route], f"person:{OWN}", {}))
    assert answer.status_code == 201
    _shows_nothing(it, answer)


def _last(route):
    """What ends or takes something away comes last."""
    return route.startswith("DELETE") or route.endswith(("/withdrawal", "/end", "/discard", "/dismissal"))


@pytest.mark.parametrize("route", sorted(EXPECTED, key=_last))
def test_who_it_is_for_gets_there(it, runner, table, route):
    expected = table[route]
    for role in expected.roles:
        answer = runner.run(_asked(it, route, expected, INSIDERS[role], expected.more))
        assert answer.status_code in (200, 201, 202, 204, 400, 409, 412, 422), f"{INSIDERS[role]}: {answer.text}"
