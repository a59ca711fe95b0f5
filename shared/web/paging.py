"""Lists that page by key: `items` and a `next` link that goes on after the last one, however the list changes."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from shared.web.problems import Defect, InvalidInput

T = TypeVar("T")
LARGEST_PAGE = 200


class Page(BaseModel, Generic[T]):
    """One page; `next` is the path of the following one, null at the end."""

    items: list[T]
    next: str | None = None


class PageRequest:
    """What a list endpoint is asked for: at most `limit` rows after the key `after` (None: from the start)."""

    def __init__(self, request: Request, limit: int, after: list[Any] | None) -> None:
        self._request = request
        self.limit = limit
        self.after = after

    def after_id(self) -> UUID | None:
        """The key of a list that is sorted by id alone. Raises `InvalidInput`."""
        if self.after is None:
            return None
        try:
            return UUID(str(self.after[0]))
        except (ValueError, IndexError):
            raise _bad_cursor() from None

    def page(self, rows: list[T], key: Callable[[T], Sequence[Any]]) -> Page[T]:
        """The page of `rows`, of which one more than `limit` was asked for; `key` gives a row's sort key."""
        shown = rows[: self.limit]
        return self.answer(shown, *(key(shown[-1]) if len(rows) > self.limit else ()))

    def answer(self, rows: list[T], *key: Any) -> Page[T]:
        """The page of `rows`; `key` is the sort key of the last row where more may follow, else empty."""
        if not key:
            return Page(items=rows)
        cursor = base64.urlsafe_b64encode(json.dumps(key, default=str).encode()).decode().rstrip("=")
        return Page(
            items=rows, next=str(self._request.url.include_query_params(cursor=cursor).replace(scheme="", netloc=""))
        )


def _page(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> PageRequest:
    if cursor is None:
        return PageRequest(request, limit, None)
    try:
        after = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        after = None
    if not isinstance(after, list) or not after:
        raise _bad_cursor()
    return PageRequest(request, limit, after)


def _bad_cursor() -> InvalidInput:
    return InvalidInput(errors=[Defect(pointer="query/cursor", code="bad_cursor", detail="Take it from a next link")])


Paging = Annotated[PageRequest, Depends(_page)]
