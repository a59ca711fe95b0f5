"""What a caller may reach: which rows of a list it sees, and for whom it may file."""

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from shared.web.caller import Caller, Forbidden, Role
from shared.web.fields import Declaration
from shared.web.problems import Defect, InvalidInput


def within_reach(
    caller: Caller, credit_code: InstrumentedAttribute[str], authority: InstrumentedAttribute[str | None]
) -> ColumnElement[bool]:
    """Rows of the firms that the account stands for, or reviews; all for the bureau and the operator."""
    if caller.role is Role.ENTERPRISE:
        return credit_code.in_(caller.credit_codes)
    if caller.role is Role.AUTHORITY:
        return authority == caller.authority
    return true()


def is_assisted(caller: Caller, credit_code: str, authority: str | None, declaration: Declaration) -> bool:
    """Whether an officer files for the firm (代办), by its signed paper form; False where the firm does so itself.

    Raises `Forbidden` for who may not file for it at all, `InvalidInput` where the paper form is not named.
    """
    if caller.may_act_for(credit_code):
        return False
    if not caller.may_review_for(authority):
        raise Forbidden("Only the enterprise itself, or an officer over it with its signed paper form, may do this")
    if declaration.paper_reference is None:
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/declaration/paper_reference",
                    code="paper_reference_missing",
                    detail="an officer who files for an enterprise names its signed paper form",
                    detail_zh="代企业填报须填写企业签署的纸质材料编号",
                )
            ]
        )
    return True
