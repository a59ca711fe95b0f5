"""Which firm a caller means, if it may see it and file for it."""

from typing import Annotated

from fastapi import Depends, Path

from services.profile.models import Enterprise
from services.profile.repository import profiles
from shared.messaging import Work
from shared.regulation import normalise_credit_code
from shared.web.auth import Caller, Forbidden, Role, require
from shared.web.problems import NotFound

CreditCodePath = Annotated[str, Path(alias="credit_code", max_length=60)]
Officer = Annotated[Caller, Depends(require(Role.AUTHORITY, Role.BUREAU))]
Firm = Annotated[Caller, Depends(require(Role.ENTERPRISE))]


async def seen(work: Work, credit_code: str, caller: Caller) -> Enterprise:
    """The firm, if this caller may see it; what it may not see is not found."""
    firm = await profiles.enterprise(work.session, normalise_credit_code(credit_code))
    if firm is None or not caller.may_see(firm.credit_code, firm.authority):
        raise NotFound("There is no such enterprise")
    return firm


async def own(work: Work, credit_code: str, caller: Caller) -> Enterprise:
    """The firm, if this caller files for it."""
    firm = await seen(work, credit_code, caller)
    if not caller.may_act_for(firm.credit_code):
        raise Forbidden("Only the enterprise itself may do this")
    return firm
