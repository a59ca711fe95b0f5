"""Acting on cases, one or many at once: the page of each act, what was done afterwards, what a return asks to correct.

What can be done to a case its `allowed` says. A case is at the same path below the API and below `/officers`.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import urlencode

import httpx
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api import NotThere, Refused
from services.portal.forms import flat, key_of, nested, typed
from services.portal.visit import NO_LABELS, Visit, defects
from services.portal.words import N_

OFFICERS = "/officers"
ADD = "add"
"""The button for another row of what is to be corrected."""
UNCONFIRMED: Mapping[str, Any] = MappingProxyType(
    {
        "status": httpx.codes.UNPROCESSABLE_ENTITY,
        "errors": [
            {
                "pointer": "/confirmed",
                "detail": "Tick the box to confirm that it is final",
                "detail_zh": "请勾选确认：此操作不可撤销",
            }
        ],
    }
)

OUT_OF_REACH: Mapping[str, Any] = MappingProxyType(
    {
        "status": httpx.codes.UNPROCESSABLE_ENTITY,
        "errors": [
            {
                "pointer": "/credit_code",
                "detail": "There is no such company within your reach",
                "detail_zh": "没有这家企业，或不由本部门审核",
            }
        ],
    }
)
"""What is wrong with a firm that an officer names and the API does not know for that officer."""


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done to a case: `name` is its page below the case, `code` what `allowed` calls it.

    `done` is said afterwards. `form` is the template of its fields, `body` what the API takes of them, `labels` their
    names. `main`: it brings the case on. `final`: it cannot be undone, and is confirmed by a box. `path` is where the
    API takes it, where that is not the name.
    """

    name: str
    code: str
    title: str
    done: str
    form: str
    body: Callable[[FormData], dict[str, Any]]
    labels: Mapping[str, str]
    main: bool = False
    final: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as the page of an act names it: where it is, whose, what it is about, what can be done to it now."""

    path: str
    firm: str
    what: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What the form of an act sent, as it was typed and as the API takes it; or that it wants another row.

    `rows` is how many things can be named that are to be corrected.
    """

    fields: Mapping[str, str]
    body: Mapping[str, Any]
    rows: int = 1
    goes_on: bool = False

    @classmethod
    def of(cls, act: Act, form: FormData) -> Self:
        body = act.body(form)
        if "defects" not in body:
            return cls(typed(form), body)
        goes_on = form.get("do") == ADD
        return cls(typed(form) | flat(body), body, len(body["defects"]) + goes_on, goes_on)


Page = Callable[[Sent | None, Refused | None], Awaitable[Response]]
"""The page of an act: as it is asked for, or again with what was sent and why it was refused."""


def only(*names: str) -> Callable[[FormData], dict[str, Any]]:
    """A body of these fields of the form."""
    return lambda form: nested({name: value for name, value in typed(form).items() if name in names})


def _correction(form: FormData) -> dict[str, Any]:
    """What is to be corrected; rows that say nothing are left out, but for a single one."""
    fields = typed(form)
    said = nested({name: value for name, value in fields.items() if name.startswith("defects.")})
    rows: list[dict[str, str]] = said.get("defects") or [{}]
    return {"defects": [{"field": "", "text": ""} | each for each in rows], "due": fields.get("due") or None}


def _assignment(form: FormData) -> dict[str, Any]:
    """Who takes the case in hand: the officer, nobody, or another by account and name."""
    fields = typed(form)
    match fields.get("assignee"):
        case "another":
            return {"assignee": fields.get("officer", ""), "assignee_name": fields.get("assignee_name") or None}
        case "nobody":
            return {"assignee": None}
        case _:
            return nested({"assignee": fields.get("assignee", "")})


RETURN = Act(
    "return",
    "return",
    N_("退回企业补正"),
    N_("已退回企业补正。"),
    "acting/return.html",
    _correction,
    {"due": N_("补正期限")},
)
ASSIGNMENT = Act(
    "assignment",
    "assign",
    N_("调整承办人"),
    N_("承办人已更新。"),
    "acting/assignment.html",
    _assignment,
    {"assignee": N_("由谁承办"), "assignee_name": N_("其他人员的姓名")},
)


def act_of(acts: Iterable[Act], name: str) -> Act:
    """The act of that name. Raises `NotThere`."""
    found = next((each for each in acts if each.name == name), None)
    if found is None:
        raise NotThere
    return found


def possible(acts: Iterable[Act], allowed: Iterable[str]) -> list[Act]:
    """Those that can be done now."""
    codes = set(allowed)
    return [each for each in acts if each.code in codes]


def told(acts: Iterable[Act], name: str) -> str:
    """What is said of the act that was just done, if one was."""
    return next((each.done for each in acts if each.name == name), "")


async def back_of(visit: Visit, otherwise: str) -> str:
    """The list that the officer came from, with its filters, as the query or the form names it."""
    sent = await visit.request.form() if visit.request.method == "POST" else visit.request.query_params
    back = str(sent.get("back") or "")
    return back if back.startswith(f"{OFFICERS}/") else otherwise


def pointer(field: str) -> str:
    """Where a field is in the case's document, as a JSON Pointer."""
    return f"/{field.replace('.', '/')}"


def asked(
    visit: Visit,
    act: Act,
    case: Case,
    back: str,
    sent: Sent | None,
    refused: Refused | None,
    *,
    labels: Mapping[str, str] = NO_LABELS,
    **context: Any,
) -> Response:
    """The page of an act on a case; one that does not allow it is shown instead, unless something was sent.

    The context is what the act's template shows; `typed` what stands in its fields at first.
    """
    here = f"{OFFICERS}{case.path}"
    leave = f"{here}?{urlencode({'back': back})}"
    possible = act.code in case.allowed
    if not possible and sent is None:
        return visit.go(leave)
    context |= {"case": case, "action": f"{here}/{act.name}", "leave": leave, "back": back, "possible": possible}
    return _form(visit, "acting/act.html", act, sent, refused, labels, context)


async def act_on(visit: Visit, act: Act, path: str, back: str, page: Page) -> Response:
    """Do what the form says to the case at `path`; a second click, known by its key, does nothing more."""
    form = await visit.request.form()
    sent = Sent.of(act, form)
    if sent.goes_on:
        return await page(sent, None)
    try:
        _confirm(form, needed=act.final)
        await visit.api.post(f"{path}/{act.path or act.name}", sent.body, key=key_of(form))
    except Refused as refused:
        return await page(sent, refused)
    return visit.go(f"{OFFICERS}{path}?{urlencode({'done': act.name, 'back': back})}")


def many_asked(
    visit: Visit,
    act: Act,
    path: str,
    cases: Mapping[str, Case],
    back: str,
    sent: Sent | None,
    refused: Refused | None,
    **context: Any,
) -> Response:
    """The page that names the cases to which something is to be done, and asks for it; `path` is that of their list."""
    here = f"{OFFICERS}{path}/bulk/{act.name}"
    context |= {"cases": cases, "action": here, "leave": back, "back": back, "possible": bool(cases)}
    return _form(visit, "acting/bulk.html", act, sent, refused, NO_LABELS, context)


async def act_on_many(visit: Visit, act: Act, path: str, cases: Mapping[str, Case], back: str, page: Page) -> Response:
    """Do what the form says to each of the cases, and say what became of each; a second click does nothing more."""
    form = await visit.request.form()
    sent = Sent.of(act, form)
    if sent.goes_on:
        return await page(sent, None)
    try:
        _confirm(form, needed=True)
        wanted = {"act": act.name, "ids": list(cases), "body": sent.body}
        answer = await visit.api.post(f"{path}/bulk", wanted, key=key_of(form))
    except Refused as refused:
        return await page(sent, _of_the_act(refused))
    results = answer.body["results"]
    again = [("id", each["id"]) for each in results if each["problem"]]
    retry = f"{OFFICERS}{path}/bulk/{act.name}?{urlencode([*again, ('back', back)])}" if again else ""
    shown = [
        (cases[each["id"]], defects(Refused(each["problem"]), visit.language) if each["problem"] else [])
        for each in sorted(results, key=lambda each: each["problem"] is None)
    ]
    return visit.page("acting/results.html", act=act, results=shown, failed=len(again), retry=retry, back=back)


def _confirm(form: FormData, *, needed: bool) -> None:
    if needed and form.get("confirmed") != "true":
        raise Refused(UNCONFIRMED)


def _of_the_act(refused: Refused) -> Refused:
    """What is wrong with a request for many cases, named as in the act's own form."""
    errors = [{**each, "pointer": each["pointer"].removeprefix("/body")} for each in refused.defects]
    return Refused({**refused.problem, "errors": errors})


def _form(
    visit: Visit,
    template: str,
    act: Act,
    sent: Sent | None,
    refused: Refused | None,
    labels: Mapping[str, str],
    context: Mapping[str, Any],
) -> Response:
    rows = sent.rows if sent else 1
    items = [(place, visit.say("第%(place)s条", place=place + 1)) for place in range(rows)]
    names = {
        **{name: visit.say(text) for name, text in act.labels.items()},
        **{f"defects.{place}.{part}": item for place, item in items for part in ("field", "text")},
        **labels,
    }
    shown = {"act": act, "rows": rows, "names": names, **context}
    typed = shown.pop("typed", {})
    return visit.form_page(template, refused, sent.fields if sent else typed, labels=names, **shown)
