"""What of a list a caller may see, as a condition of its query."""

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from shared.web.caller import Caller, Role


def within_reach(
    caller: Caller, credit_code: InstrumentedAttribute[str], authority: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Rows of the firms that the account stands for, or reviews; all for the bureau and the operator."""
    if caller.role is Role.ENTERPRISE:
        return credit_code.in_(caller.credit_codes)
    if caller.role is Role.AUTHORITY:
        return authority == caller.authority
    return true()
