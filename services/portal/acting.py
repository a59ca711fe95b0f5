"""Acting on cases: a page for each act, what was done afterwards, all that a return asks to be corrected.

What can be done to a case its `allowed` says. A case is at the same path below the API and below `/officers`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api import NotThere, Refused
from services.portal.forms import flat, key_of, nested, typed
from services.portal.visit import Visit
from services.portal.words import N_

OFFICERS = "/officers"
NOTHING: Mapping[str, str] = MappingProxyType({})
ADD = "add"
"""The button for another row of what is to be corrected."""
UNCONFIRMED: Mapping[str, Any] = MappingProxyType(
    {
        "status": 422,
        "errors": [
            {
                "pointer": "/confirmed",
                "detail": "Tick the box to confirm that it is final",
                "detail_zh": "请勾选确认：此操作不可撤销",
            }
        ],
    }
)


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done to a case: `name` is its page below the case, `code` what `allowed` calls it.

    `done` is said on the case's page afterwards. `main`: it brings the case on. `final`: it cannot be undone, and is
    confirmed by a box. `path` is where the API takes it, where that is not the name.
    """

    name: str
    code: str
    title: str
    done: str
    main: bool = False
    final: bool = False
    path: str = ""


RETURN = Act("return", "return", N_("退回企业补正"), N_("已退回企业补正。"))
ASSIGNMENT = Act("assignment", "assign", N_("调整承办人"), N_("承办人已更新。"))


@dataclass(frozen=True, slots=True)
class Case:
    """A case as the page of an act names it: where it is, whose, what it is about, what can be done to it now."""

    path: str
    firm: str
    what: str
    allowed: tuple[str, ...]


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


def back_of(visit: Visit, form: Mapping[str, Any] | None = None, *, otherwise: str) -> str:
    """The list that the officer came from, with its filters, as the query or the form names it."""
    asked = str((form or visit.request.query_params).get("back") or "")
    return asked if asked.startswith(f"{OFFICERS}/") else otherwise


def with_back(path: str, back: str, **query: str) -> str:
    """A page of the portal that knows the list to go back to."""
    return f"{path}?{urlencode({**query, 'back': back})}"


def asked(
    visit: Visit,
    act: Act,
    case: Case,
    form: str,
    back: str,
    refused: Refused | None = None,
    fields: Mapping[str, str] = NOTHING,
    *,
    labels: Mapping[str, str] = NOTHING,
    **context: Any,
) -> Response:
    """The page of an act, `form` is the template of its fields; a case that does not allow it (any more) is shown."""
    if act.code not in case.allowed and refused is None:
        return visit.go(with_back(f"{OFFICERS}{case.path}", back))
    context |= {"act": act, "case": case, "form": form, "back": back, "names": labels}
    return visit.form_page("acting/act.html", refused, fields, labels=labels, **context)


async def do(visit: Visit, act: Act, path: str, body: Any, form: FormData) -> None:
    """Have it done to the case at `path`; a second click, known by its key, does nothing more. Raises `ApiError`."""
    if act.final and form.get("confirmed") != "true":
        raise Refused(UNCONFIRMED)
    await visit.api.post(f"{path}/{act.path or act.name}", body, key=key_of(form))


def done(visit: Visit, act: Act, path: str, back: str) -> Response:
    """Back to the case, which says what was done."""
    return visit.go(with_back(f"{OFFICERS}{path}", back, done=act.name))


def correction(form: FormData) -> dict[str, Any]:
    """What is to be corrected, as the API takes it; rows that say nothing are left out, but for a single one."""
    fields = typed(form)
    said = nested({name: value for name, value in fields.items() if name.startswith("defects.")})
    rows: list[dict[str, str]] = said.get("defects") or [{}]
    return {"defects": [{"field": "", "text": ""} | each for each in rows], "due": fields.get("due") or None}


def rows_of(body: Mapping[str, Any]) -> tuple[dict[str, str], int]:
    """The same as fields of the form, and how many rows there are, at least one."""
    return flat(body), max(len(body["defects"]), 1)


def correction_labels(visit: Visit, rows: int) -> dict[str, str]:
    """What the rows are called."""
    return {
        f"defects.{place}.{part}": visit.say("第%(place)s条", place=place + 1)
        for place in range(rows)
        for part in ("field", "text")
    }


def pointer(field: str) -> str:
    """Where a field is in the case's document, as a JSON Pointer; its groups are not escaped: none needs it."""
    return "/" + field.replace(".", "/")


def assignment(form: FormData) -> dict[str, Any]:
    """Who takes the case in hand, as the API takes it: the officer, nobody, or another by account and name."""
    fields = typed(form)
    match fields.get("assignee"):
        case "another":
            return {"assignee": fields.get("officer", ""), "assignee_name": fields.get("assignee_name") or None}
        case "nobody":
            return {"assignee": None}
        case _:
            return nested({"assignee": fields.get("assignee", "")})
