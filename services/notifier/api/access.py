"""What a caller of the notifier may ask for, and where a page goes on."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from services.notifier.repository import lists
from shared.messaging import Work
from shared.regulation import normalise_credit_code
from shared.web.auth import Caller, Role
from shared.web.paging import PageRequest
from shared.web.problems import Defect, InvalidInput, NotFound

T = TypeVar("T")


async def in_reach(work: Work, caller: Caller, credit_code: str | None, authority: str | None) -> str | None:
    """The credit code that is asked for, normalised. Raises `NotFound` where firm or authority is out of reach."""
    if authority is not None and caller.role is Role.AUTHORITY and authority != caller.authority:
        raise NotFound("There is no such authority within your reach")
    if credit_code is None:
        return None
    code = normalise_credit_code(credit_code)
    reviewed_by = await lists.authority_of(work.session, code) if caller.role is Role.AUTHORITY else None
    if not caller.may_see(code, reviewed_by):
        raise NotFound("There is no such enterprise")
    return code


def place_after(paging: PageRequest, read: Callable[[str], T]) -> tuple[T, UUID] | None:
    """The key of the row that a page begins after, its first part read by `read`. Raises `InvalidInput`."""
    if paging.after is None:
        return None
    try:
        at, id_ = paging.after
        return read(at), UUID(id_)
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(
            errors=[Defect(pointer="query/cursor", code="bad_cursor", detail="Take it from a next link")]
        ) from error
