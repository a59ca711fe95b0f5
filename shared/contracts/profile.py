"""Events of the profile service: who a firm is and which years it has updated."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.base import Contact, EventData, Part, event


class YearUpdate(Part):
    """The first submission of the annual update (信息更新) for a duty year."""

    year: int
    submitted_at: AwareDatetime


class ProfileState(Part):
    """A firm's profile at `version`, the whole of it that other services need. Newer versions replace older ones."""

    credit_code: str
    version: int
    name: str
    authority: str
    registered_place: str | None = None
    contact: Contact | None = None
    updates: tuple[YearUpdate, ...] = ()


@event("profile.registered.v1")
class ProfileRegistered(EventData):
    """A firm was entered in the platform."""

    profile: ProfileState


@event("profile.updated.v1")
class ProfileUpdated(EventData):
    """A firm submitted an annual update with its declaration."""

    profile: ProfileState
    update_id: UUID
    duty_year: int
    submitted_at: AwareDatetime
    submitted_by: str


@event("profile.changed.v1")
class ProfileChanged(EventData):
    """Name, place, authority or contact of a firm changed; `changed` names the fields."""

    profile: ProfileState
    changed: tuple[str, ...]
    previous_name: str | None = None
    report_id: UUID | None = None


@event("profile.freshness_reported.v1")
class FreshnessReported(EventData):
    """The owner's answer to `profile.freshness_requested.v1`, true at `as_of`.

    `profile` is None where the profile service does not know the firm.
    """

    request_id: UUID
    as_of: AwareDatetime
    profile: ProfileState | None
