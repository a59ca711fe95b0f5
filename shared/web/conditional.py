"""Conditional requests on what can be edited: `ETag` out, `If-Match` in (RFC 9110)."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from shared.web.problems import MalformedRequest, StaleVersion, VersionRequired

ETAG = re.compile(r'^"(\d{1,18})"$')


def tag(response: Response, version: int) -> None:
    """Send the version of what is answered as its `ETag`."""
    response.headers["ETag"] = f'"{version}"'


def _if_match(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise VersionRequired("Send If-Match with the ETag that you read")
    return _version(if_match)


def _if_match_or_new(if_match: Annotated[str | None, Header()] = None) -> int | None:
    return None if if_match is None else _version(if_match)


def _version(if_match: str) -> int:
    if (match := ETAG.match(if_match.strip())) is None:
        raise MalformedRequest("If-Match takes one strong ETag, as it was sent")
    return int(match[1])


ExpectedVersion = Annotated[int, Depends(_if_match)]
"""The version that the caller read; 428 without it."""


ExpectedOrNew = Annotated[int | None, Depends(_if_match_or_new)]
"""The same where the thing may not exist yet: None without the header."""


def hold(expected: int | None, present: int) -> None:
    """Raise `StaleVersion` (412) unless the caller saw the present version, `VersionRequired` without one."""
    if expected is None:
        raise VersionRequired("Send If-Match with the ETag that you read", headers={"ETag": f'"{present}"'})
    if expected != present:
        raise StaleVersion("Read it again and repeat the change", headers={"ETag": f'"{present}"'})
