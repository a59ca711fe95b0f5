"""Who is logged in."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["enterprise", "authority", "bureau", "operator"]


@dataclass(frozen=True, slots=True)
class Account:
    """Who is logged in. `credit_codes` are the firms that an enterprise account acts for, `firm` the one chosen.

    A natural person's (`is_person`) are those that the login tells, `bound`, and those that let them act (授权).
    """

    subject: str
    name: str
    role: Role
    status: str
    credit_codes: tuple[str, ...]
    firm: str | None
    authority: str | None
    bound: tuple[str, ...] = ()
    is_person: bool = False

    @property
    def is_officer(self) -> bool:
        """Whether it is of an authority or the bureau."""
        return self.role in ("authority", "bureau")
