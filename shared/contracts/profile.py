"""Events of the profile service: who a firm is, which years it has updated, which deadlines a notice moved."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.base import Contact, EventData, Fact, Part, event


class YearUpdate(Part):
    """The first submission of the annual update (信息更新) for a duty year."""

    year: int
    submitted_at: AwareDatetime


class Award(Part):
    """A science award (科技奖励); `level` is national, provincial or municipal."""

    name: str
    level: str
    granted_on: date


class Honour(Part):
    """An honour (荣誉), valid through `valid_to`."""

    kind: str
    valid_to: date


class Institution(Part):
    """A recognised R&D institution (研发机构)."""

    name: str
    level: str


class Investment(Part):
    """Equity paid in by a qualified institution (合格机构投资者), in 万元."""

    investor: str
    amount: Decimal
    paid_on: date


class UpdateFigures(Part):
    """What a self-assessment (自评) looks at in an annual update: of its last year, amounts in 万元, IP in pieces."""

    revenue: Decimal
    main_revenue: Decimal
    previous_main_revenue: Decimal | None = None
    rd_spending: Decimal
    total_assets: Decimal
    total_liabilities: Decimal
    class_1: int
    own_class_1: int
    high_value_class_1: int
    class_2: int
    strategic_industry: bool = False
    awards: tuple[Award, ...] = ()
    honours: tuple[Honour, ...] = ()
    institutions: tuple[Institution, ...] = ()
    investments: tuple[Investment, ...] = ()


class LatestUpdate(Part):
    """The last submission of the annual update for the latest duty year."""

    duty_year: int
    submitted_at: AwareDatetime
    figures: UpdateFigures


class ProfileState(Part):
    """A firm's profile at `version`, the whole of it that other services need. Newer versions replace older ones."""

    credit_code: str
    version: int
    name: str
    authority: str
    registered_place: str | None = None
    contact: Contact | None = None
    second_contact: Contact | None = None
    updates: tuple[YearUpdate, ...] = ()
    latest_update: LatestUpdate | None = None


@event("profile.registered.v1")
class ProfileRegistered(EventData):
    """A firm was entered in the platform."""

    profile: ProfileState


@event("profile.updated.v1")
class ProfileUpdated(EventData):
    """A firm submitted an annual update with its declaration; `assisted`: an officer entered it from the paper form."""

    profile: ProfileState
    update_id: UUID
    duty_year: int
    submitted_at: AwareDatetime
    submitted_by: str
    assisted: bool = False


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


class ExtensionState(Part):
    """A deadline extension (延期) at `version`: the deadline of a duty year, moved for `titles` by a notice, `source`.

    It holds in `authorities`, or in all where that is None, until it is withdrawn. Of several that apply the one
    declared last decides.
    """

    extension_id: UUID
    version: int
    duty: str
    year: int
    titles: tuple[str, ...]
    authorities: tuple[str, ...] | None
    due: date
    source: str
    declared_at: AwareDatetime
    withdrawn_at: AwareDatetime | None = None


@event("deadline.extended.v1")
class DeadlineExtended(Fact):
    """A notice moved a deadline. It is about many firms: its subject is the extension."""

    extension: ExtensionState

    @property
    def subject(self) -> str:
        return str(self.extension.extension_id)


@event("deadline.extension_withdrawn.v1")
class DeadlineExtensionWithdrawn(Fact):
    """A deadline extension was withdrawn: the date that held without it holds again. Its subject is the extension."""

    extension: ExtensionState
    reason: str

    @property
    def subject(self) -> str:
        return str(self.extension.extension_id)


class DelegationState(Part):
    """The right (授权) of a natural person to act for a firm, at `version`, as the firm gave it.

    `person` is the subject of the person's account at the login provider. It holds from `granted_at` to the end of the
    day `until`, or without end, until it is ended.
    """

    delegation_id: UUID
    version: int
    credit_code: str
    enterprise_name: str
    authority: str
    person: str
    person_name: str
    granted_at: AwareDatetime
    until: date | None = None
    ended_at: AwareDatetime | None = None


@event("delegation.granted.v1")
class DelegationGranted(EventData):
    """A firm let a natural person act for it."""

    delegation: DelegationState


@event("delegation.ended.v1")
class DelegationEnded(EventData):
    """A natural person acts for a firm no longer. `by` is enterprise, person, or platform.

    It needs no event to run out at the end of its last day: the platform ends it where another one takes its place.
    """

    delegation: DelegationState
    by: str
    reason: str
