"""Cases in officers' hands (承办): given back to their firms for correction, and taken by one officer or another."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from shared.contracts import Citation
from shared.regulation import Regulation, Title, Worklist
from shared.web.caller import Caller, Role
from shared.web.fields import Form, FutureDate, Line, Prose, wrong
from shared.web.problems import Conflict

ME = "me"
"""The caller, as the one who takes a case."""

MOST_COUNTED = 100
"""Cases that are counted in a worklist: who has more has enough to do."""


class HeldByAnother(Conflict):
    """Another officer has taken this case"""

    type = "case-assigned"
    title_zh = "该件已由其他人员承办"


class WorklistSizes(BaseModel):
    """How many cases are in each worklist that the officer sees; `most` stands for as many or more."""

    items: dict[Worklist, int]
    most: int = MOST_COUNTED


class DefectForm(Form):
    """One thing to be corrected: where in the form (JSON Pointer, empty for all of it), and what is wrong there."""

    field: Annotated[str, Field(max_length=200, pattern=r"^(/([^/~]|~[01])*)*$")]
    text: Prose


class Return(Form):
    """退回补正: everything that is to be corrected, at once; without a day the rule's own time runs."""

    defects: Annotated[list[DefectForm], Field(min_length=1, max_length=50)]
    due: FutureDate | None = None


class Assignment(Form):
    """Who takes a case in hand: `me`, another officer by subject and name, or nobody (null)."""

    assignee: Line | None
    assignee_name: Line | None = None

    @model_validator(mode="after")
    def _another_has_a_name(self) -> Self:
        if self.assignee not in (None, ME) and self.assignee_name is None:
            wrong("name_missing", "name the officer who is to take the case", "须填写承办人姓名")
        return self

    def by(self, caller: Caller, holder: str | None, holder_name: str | None) -> tuple[str | None, str | None]:
        """Subject and name of who has the case after it, whom `holder` was before.

        Raises `HeldByAnother` where another officer has it, unless the bureau says so.
        """
        if holder not in (None, caller.subject) and caller.role is not Role.BUREAU:
            raise HeldByAnother(
                f"{holder_name} has it; only that officer or the bureau can change this",
                assignee=holder,
                assignee_name=holder_name,
            )
        if self.assignee is None:
            return None, None
        return (caller.subject, caller.name) if self.assignee == ME else (self.assignee, self.assignee_name)


class Handling(BaseModel):
    """The clock of a case (办理时限): the last day for it, or while it stands what is left in working days."""

    due: date | None
    left: int | None


class CorrectionTime(BaseModel):
    """By when a case that is returned today is corrected, unless the officer who returns it says otherwise."""

    due: date
    citation: Citation

    @classmethod
    def of(cls, regulation: Regulation, today: date, title: Title | None = None) -> Self:
        by_rule = regulation.return_due(title, today)
        return cls(due=by_rule.due, citation=Citation.model_validate(by_rule.basis))
