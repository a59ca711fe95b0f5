"""Something that was asked for, and the statuses that answer it."""

from dataclasses import dataclass
from datetime import datetime

from services.cli.simulation.oracle.life import Answer, Life

OK, CREATED, NO_CONTENT, CONFLICT, DEFECTS = 200, 201, 204, 409, 422


@dataclass(frozen=True)
class Act:
    """Something that was asked for at an instant."""

    at: datetime

    def befall(self, life: Life) -> Answer:
        """What the regulation answers, and what it does to the firm."""
        raise NotImplementedError
