"""The right to the review (复核资格) as it is answered: what became of it, what can be done to it."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from services.reviews.rights import grounds, restoring
from services.reviews.vocabulary import EligibilityAct
from shared.contracts import Citation
from shared.messaging import Work
from shared.regulation import Duty, Title


class EligibilityStepView(BaseModel):
    """One loss or return of the right to the review: who did it, when, why. `role` is platform or bureau."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    act: str
    actor: str | None
    actor_name: str | None
    role: str
    duty: str | None
    year: int | None
    due: date | None
    reason: str
    citation: Citation


class Ground(BaseModel):
    """A rule by which the right is given back, or taken for a duty."""

    duty: Duty | None
    citation: Citation

    @classmethod
    def of(cls, act: EligibilityAct, title: Title, work: Work) -> list[Self]:
        """Those of an act on the right of a title."""
        if act is EligibilityAct.RESTORED:
            return [cls(duty=None, citation=Citation.model_validate(restoring(title, work.regulation)))]
        by = grounds(title, work.regulation, work.today())
        return [cls(duty=duty, citation=Citation.model_validate(basis)) for duty, basis in by.items()]
