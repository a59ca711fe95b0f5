"""What there is to a firm and what is announced to all, as the regulation knows it."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Extension:
    """A deadline extension (延期): the update of a year may be made until `due`; `authorities` None: everywhere."""

    year: int
    kinds: tuple[str, ...]
    authorities: tuple[str, ...] | None
    due: date


@dataclass(frozen=True)
class Campaign:
    """A review campaign (复核批次) of the kinds that expire in a range; all days are included."""

    kinds: tuple[str, ...]
    expires_from: date
    expires_to: date
    opens: date
    closes: date


@dataclass
class Title:
    """A title. `start` of its present period is its first day, and after an extension the old expiry.

    `missed` are the duty years of the period that were missed and not forgiven, `decided` those that cost the right
    which was still there; `taken`: an officer took it.
    """

    id: str
    kind: str
    valid_from: date
    valid_to: date
    duties_from: date | None
    start: date
    first_period: bool = True
    status: str = "valid"
    missed: tuple[int, ...] = ()
    decided: frozenset[int] = frozenset()
    forgiven: frozenset[int] = frozenset()
    taken: bool = False
    rejected: bool = False

    @property
    def revoked(self) -> bool:
        """复核资格已取消: by the rule for a missed update, or by an officer."""
        return self.taken or bool(self.missed)


OPEN = ("submitted", "returned", "authority_passed", "recommended", "in_public_notice")


@dataclass
class Application:
    """A review application: one of `OPEN`, or ended: approved, rejected, withdrawn, lapsed, stopped.

    `check_needed`: it was drawn for an on-site check, or one was ordered. `objections` maps a number to whether that
    one is open.
    """

    id: str
    title: Title
    check_needed: bool
    status: str = "submitted"
    checked: bool = False
    returned_from: str = ""
    returned_at: datetime | None = None
    return_due: date = date.max
    notice_ends: date = date.max
    objections: dict[int, bool] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return self.status in OPEN


@dataclass
class Report:
    """A change report: draft, submitted, returned, opinion_given, referred, decided, withdrawn, discarded.

    `costs` is what was chosen for each title because the report was late. A returned one is to be corrected between
    `returned_at` and the end of `return_due`.
    """

    id: str
    happened_on: date
    new_name: str | None
    kind: str | None = None
    status: str = "draft"
    on_time: bool | None = None
    returned_from: str = ""
    returned_at: datetime | None = None
    return_due: date = date.max
    outcomes: dict[str, str] = field(default_factory=dict)
    costs: dict[str, str] | None = None


@dataclass
class Occurrence:
    """A change that officers recorded: open, reported, dismissed. `told_at`: when its firm was told of it."""

    id: str
    kind: str
    happened_on: date
    told_at: datetime
    status: str = "open"
    reported_by: str | None = None

    def told_by(self, report: Report) -> bool:
        """Whether a report is one of this change: it has its kind and day."""
        return (report.kind, report.happened_on) == (self.kind, self.happened_on)
