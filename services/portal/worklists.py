"""Worklists: several lists of things of one kind, each with what it is for, with the same filters and paging."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from services.portal.acting import OFFICERS
from services.portal.api import Refused, together
from services.portal.visit import NO_LABELS, Visit

PAGE = 50


@dataclass(frozen=True, slots=True)
class Worklist:
    """One of them: what it is called and for, and what the API is asked for it."""

    title: str
    about: str
    asked: Mapping[str, str]


async def listed(
    visit: Visit,
    path: str,
    template: str,
    lists: Mapping[str, Worklist],
    filters: tuple[str, ...],
    *,
    labels: Mapping[str, str] = NO_LABELS,
    sized: bool = False,
    **context: Any,
) -> Response:
    """The page of the list that the query names, else of the first; `path` is that of the things below the API.

    `sized`: the API says how many stand in each. The template is given the `page` as the API answers it, the list's
    name (`shown`) and the filters (`typed`), and as `back` where the officer comes back to from one of the things.
    """
    query = visit.request.query_params
    shown = query.get("worklist", "")
    shown = shown if shown in lists else next(iter(lists))
    typed = {name: query[name].strip() for name in filters if query.get(name, "").strip()}
    following = query.get("following")
    here = f"{OFFICERS}{path}?{urlencode({'worklist': shown, **typed})}"
    refused, page, sizes = None, None, None
    asked = visit.api.page(path, following, limit=PAGE, **typed | dict(lists[shown].asked))
    try:
        page, *told = await together(asked, *([visit.api.get(f"{path}/worklists")] if sized else []))
        sizes = told[0] if told else None
    except Refused as error:
        refused, page = error, {"items": [], "next": None}
    context |= {
        "sizes": sizes,
        "page": page,
        "following": following or "",
        "path": here,
        "lists": lists,
        "shown": shown,
    }
    back = f"{here}&{urlencode({'following': following})}" if following else here
    return visit.form_page(template, refused, typed, labels=labels, filters=urlencode(typed), back=back, **context)
