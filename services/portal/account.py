"""Who is logged in."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["enterprise", "authority", "bureau", "operator"]


@dataclass(frozen=True, slots=True)
class Account:
    """Who is logged in. `credit_codes` are the firms that an enterprise account acts for, `firm` the one chosen."""

    subject: str
    name: str
    role: Role
    status: str
    credit_codes: tuple[str, ...]
    firm: str | None
    authority: str | None

    @property
    def is_officer(self) -> bool:
        """Whether it is of an authority or the bureau."""
        return self.role in ("authority", "bureau")
