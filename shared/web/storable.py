"""What cannot be kept is refused before anything else looks at it.

PostgreSQL keeps neither U+0000 nor half of a surrogate pair in a text, and JSON knows no infinite numbers; all of them
arrive by way of JSON's escapes and exponents, or of a percent-encoded query.
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from fastapi import Request

from shared.web.problems import Defect, InvalidInput

NUL = "\0"
JSON = "application/json"


async def storable(request: Request) -> None:
    """A dependency of every route. Raises `InvalidInput` naming every place."""
    defects = [
        _defect(f"{where}/{name}")
        for where, values in (("path", request.path_params), ("query", dict(request.query_params)))
        for name, value in values.items()
        if not _can_be_kept(name) or not _can_be_kept(value)
    ]
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() == JSON:
        try:
            body = await request.json()
        except (ValueError, RecursionError):
            body = None  # that it is no JSON, or too deep, is said by whoever reads it
        defects += map(_defect, _places(body))
    if defects:
        raise InvalidInput(errors=defects)


def _places(body: Any) -> Iterator[str]:
    """JSON Pointers to what cannot be kept; to the object where it is one of its names."""
    waiting = [("", body)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, Mapping):
            if not all(map(_can_be_kept, value)):
                yield pointer
            waiting += [(f"{pointer}/{_escaped(name)}", each) for name, each in value.items() if _can_be_kept(name)]
        elif isinstance(value, list):
            waiting += [(f"{pointer}/{number}", each) for number, each in enumerate(value)]
        elif not _can_be_kept(value):
            yield pointer


def _can_be_kept(value: Any) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    return not isinstance(value, str) or (NUL not in value and not any("\ud800" <= sign <= "\udfff" for sign in value))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _defect(pointer: str) -> Defect:
    return Defect(
        pointer=pointer,
        code="cannot_be_kept",
        detail="it holds U+0000, half of a surrogate pair or an infinite number",
        detail_zh="含有无法保存的字符（U+0000、不完整的代理对）或无穷大的数值",
    )
