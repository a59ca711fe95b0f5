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
    if (match := ETAG.match(if_match.strip())) is None:
        raise MalformedRequest("If-Match takes one strong ETag, as it was sent")
    return int(match[1])


ExpectedVersion = Annotated[int, Depends(_if_match)]
"""The version that the caller read; 428 without it."""


def hold(expected: int, present: int) -> None:
    """Raise `StaleVersion` (412) unless the caller saw the present version."""
    if expected != present:
        raise StaleVersion("Read it again and repeat the change", headers={"ETag": f'"{present}"'})
