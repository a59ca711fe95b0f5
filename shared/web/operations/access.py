"""Who operates, and what they ask of a service."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends

from shared.web.auth import Caller, require
from shared.web.caller import Role

Operator = Annotated[Caller, Depends(require(Role.OPERATOR))]

Ready = Callable[[], Awaitable[dict[str, bool]]]
"""Part to whether it answers; the name of one that a service cannot do without ends in `!`."""
