"""Bulk requests: one act on many things, each in a transaction of its own, each with its own result."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from shared.web.problems import Problem


class ItemResult(BaseModel):
    """What became of one item: its status, and the problem where there was one."""

    id: UUID
    status: int
    problem: dict[str, Any] | None = None


class BulkResults(BaseModel):
    """What became of every item, in the order in which they were named."""

    results: list[ItemResult]


async def one_by_one(
    ids: Iterable[UUID], act: Callable[[UUID], Awaitable[Response]], path: Callable[[UUID], str]
) -> BulkResults:
    """Do `act` to each of `ids` once; what goes wrong with one leaves the others alone. `path` is an item's own."""
    results = []
    for each in dict.fromkeys(ids):
        try:
            answer = await act(each)
        except Problem as problem:
            results.append(ItemResult(id=each, status=problem.status, problem=problem.document(path(each))))
        else:
            results.append(ItemResult(id=each, status=answer.status_code))
    return BulkResults(results=results)
