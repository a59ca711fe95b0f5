"""One act on many cases of a kind: the page that names them and asks, what became of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from services.portal import acting
from services.portal.account import Role
from services.portal.acting import OFFICERS, Act, Case, Sent
from services.portal.api import NotThere, Refused
from services.portal.visit import Officer, Visit

MOST = 200


@dataclass(frozen=True, slots=True)
class Bulk:
    """What each office does to many cases at once, whose list is at `path` below the API and below `/officers`.

    `case_of` makes a case of what the list has of it, `context` is what the act's template shows for many.
    """

    path: str
    acts: Mapping[Role, tuple[Act, ...]]
    case_of: Callable[[Visit, Mapping[str, Any]], Case]
    context: Callable[[Visit, Act], Mapping[str, Any]]

    def router(self) -> APIRouter:
        """The pages, below those of the list."""
        router = APIRouter()

        @router.get("/bulk/{name}")
        async def ask(
            visit: Officer, name: str, chosen: Annotated[list[UUID] | None, Query(alias="id", max_length=MOST)] = None
        ) -> Response:
            """The cases that are ticked, and what is to be done to them."""
            return await self._page(visit, self._act(visit, name), await self._cases(visit, chosen), None, None)

        @router.post("/bulk/{name}")
        async def do(
            visit: Officer, name: str, chosen: Annotated[list[UUID] | None, Form(alias="id", max_length=MOST)] = None
        ) -> Response:
            """It is done to each."""
            act, cases = self._act(visit, name), await self._cases(visit, chosen)
            back = await acting.back_of(visit, f"{OFFICERS}{self.path}")
            return await acting.act_on_many(visit, act, self.path, cases, back, partial(self._page, visit, act, cases))

        return router

    def _act(self, visit: Visit, name: str) -> Act:
        if visit.account is None:
            raise NotThere
        return acting.act_of(self.acts[visit.account.role], name)

    async def _cases(self, visit: Visit, chosen: list[UUID] | None) -> dict[str, Case]:
        """Those that were ticked that this account may see."""
        if not chosen:
            return {}
        found = await visit.api.get(self.path, id=[str(each) for each in chosen], limit=MOST)
        return {each["id"]: self.case_of(visit, each) for each in found["items"]}

    async def _page(
        self, visit: Visit, act: Act, cases: dict[str, Case], sent: Sent | None, refused: Refused | None
    ) -> Response:
        back = await acting.back_of(visit, f"{OFFICERS}{self.path}")
        return acting.many_asked(visit, act, self.path, cases, back, sent, refused, **self.context(visit, act))
