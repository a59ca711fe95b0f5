"""How a profile is told to others, and held while it changes. Every change raises its version."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from services.profile.domain import latest_update
from services.profile.models import AnnualUpdate, Enterprise
from services.profile.repository import profiles
from shared.contracts import Contact, EventData, ProfileState, YearUpdate
from shared.messaging import Work
from shared.web.problems import NotFound


async def held(work: Work, credit_code: str) -> Enterprise:
    """A firm, locked until the transaction ends. Raises `NotFound`."""
    firm = await profiles.enterprise(work.session, credit_code, lock=True)
    if firm is None:
        raise NotFound("There is no such enterprise")
    return firm


def years_of(updates: Mapping[int, datetime]) -> tuple[YearUpdate, ...]:
    """The years that a firm has updated, as they are told."""
    return tuple(YearUpdate(year=year, submitted_at=instant) for year, instant in sorted(updates.items()))


async def tell(work: Work, firm: Enterprise, event: Callable[[ProfileState], EventData]) -> None:
    """Emit the event that `event` makes of the firm's present state."""
    (state,) = await profile_states(work, [firm])
    work.emit(event(state), sequence=firm.version)


async def profile_states(work: Work, firms: Sequence[Enterprise]) -> list[ProfileState]:
    """Firms as they are told to other services."""
    credit_codes = [firm.credit_code for firm in firms]
    updates = await profiles.first_updates_of(work.session, credit_codes)
    latest = await profiles.latest_updates(work.session, credit_codes)
    return [_state(firm, updates[firm.credit_code], latest.get(firm.credit_code)) for firm in firms]


def _state(firm: Enterprise, updates: Mapping[int, datetime], latest: AnnualUpdate | None) -> ProfileState:
    return ProfileState(
        credit_code=firm.credit_code,
        version=firm.version,
        name=firm.name,
        authority=firm.authority,
        registered_place=firm.registered_place,
        contact=Contact.model_validate(firm.contact) if firm.contact else None,
        second_contact=Contact.model_validate(firm.second_contact) if firm.second_contact else None,
        updates=years_of(updates),
        latest_update=latest_update(latest.duty_year, latest.submitted_at, latest.form) if latest else None,
    )
