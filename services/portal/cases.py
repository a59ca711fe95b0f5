"""The acts on one case, each with a page of its own below the case."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal import acting
from services.portal.acting import OFFICERS, Act, Sent
from services.portal.api import Refused
from services.portal.visit import Officer, Visit

Page = Callable[[Visit, Act, UUID, Sent | None, Refused | None], Awaitable[Response]]
"""The page of an act on a case: as it is asked for, or again with what was sent and why it was refused."""


async def _as_it_is(_: Visit, act: Act) -> Act:
    return act


def act_pages(
    path: str, acts: Sequence[Act], page: Page, aimed: Callable[[Visit, Act], Awaitable[Act]] = _as_it_is
) -> APIRouter:
    """The pages of the acts on a case of the list that is at `path` below the API and below `/officers`.

    `aimed` is what an act becomes by what was sent, where the API takes it in one place or another.
    """
    router = APIRouter()

    @router.get("/{case_id}/{name}")
    async def ask(visit: Officer, case_id: UUID, name: str) -> Response:
        """The page of the act."""
        return await page(visit, acting.act_of(acts, name), case_id, None, None)

    @router.post("/{case_id}/{name}")
    async def do(visit: Officer, case_id: UUID, name: str) -> Response:
        """It is done; back to the case."""
        act = acting.act_of(acts, name)
        back = await acting.back_of(visit, f"{OFFICERS}{path}")
        act = await aimed(visit, act)
        return await acting.act_on(visit, act, f"{path}/{case_id}", back, partial(page, visit, act, case_id))

    return router
