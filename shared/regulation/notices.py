"""Acts by notice that override the rules: deadline extensions and review campaigns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from shared.regulation.vocabulary import Title


@dataclass(frozen=True, slots=True)
class DeadlineExtension:
    """A deadline moved by notice (延期) for one duty and year.

    It holds for `titles`, in the authorities whose codes are in `authorities` (None: in all). `due` is the new last
    day; `source` names the notice. Of several that apply, the one declared last wins; among equals, the one given last.
    """

    id: str
    duty: str
    year: int
    titles: frozenset[Title]
    authorities: frozenset[str] | None
    due: date
    source: str
    declared_at: datetime | None = None

    def covers(self, duty: str, title: Title, year: int, authority: str | None) -> bool:
        """Whether it moves this duty; one limited to some authorities moves nothing for an unknown authority."""
        return (
            self.year == year
            and self.duty == duty
            and title in self.titles
            and (self.authorities is None or authority in self.authorities)
        )


@dataclass(frozen=True, slots=True)
class Campaign:
    """A review campaign (复核批次): applications of `titles` expiring in a range are taken from `opens` to `closes`.

    All four dates are included. Raises ValueError where a range ends before it begins.
    """

    id: str
    titles: frozenset[Title]
    expires_from: date
    expires_to: date
    opens: date
    closes: date
    source: str

    def __post_init__(self) -> None:
        if self.expires_to < self.expires_from:
            raise ValueError(f"campaign {self.id}: expiries end on {self.expires_to}, before {self.expires_from}")
        if self.closes < self.opens:
            raise ValueError(f"campaign {self.id}: closes on {self.closes}, before it opens on {self.opens}")

    def covers(self, title: Title, valid_to: date) -> bool:
        """Whether a title with this expiry belongs to the campaign's cohort."""
        return title in self.titles and self.expires_from <= valid_to <= self.expires_to


def campaign_in_effect(campaigns: Iterable[Campaign], title: Title, valid_to: date) -> Campaign | None:
    """The campaign that sets the window of a title with this expiry: of several the one given last, or None."""
    found: Campaign | None = None
    for campaign in campaigns:
        if campaign.covers(title, valid_to):
            found = campaign
    return found


def extension_in_effect(
    extensions: tuple[DeadlineExtension, ...], duty: str, title: Title, year: int, authority: str | None
) -> DeadlineExtension | None:
    """The extension that decides, or None."""
    found: DeadlineExtension | None = None
    for extension in extensions:
        if extension.covers(duty, title, year, authority) and not (found and _declared_before(extension, found)):
            found = extension
    return found


def deciding(extensions: Iterable[DeadlineExtension], authorities: Iterable[str]) -> list[DeadlineExtension]:
    """The extensions that decide for some title in some authority: those that no later ones overrule as a whole."""
    noticed, everywhere = tuple(extensions), frozenset(authorities)
    return [
        each
        for each in noticed
        if any(
            extension_in_effect(noticed, each.duty, title, each.year, authority) is each
            for title in each.titles
            for authority in each.authorities or everywhere
        )
    ]


def not_overruled(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """The campaigns, in the order of their declaration, whose whole cohort no later one takes over."""
    declared = tuple(campaigns)
    return [
        each
        for place, each in enumerate(declared)
        if not any(
            later.titles >= each.titles
            and later.expires_from <= each.expires_from
            and later.expires_to >= each.expires_to
            for later in declared[place + 1 :]
        )
    ]


def _declared_before(one: DeadlineExtension, other: DeadlineExtension) -> bool:
    if other.declared_at is None:
        return False
    return one.declared_at is None or one.declared_at < other.declared_at
