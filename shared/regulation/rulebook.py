"""The shape of a rules file: its header, and for every rule the entries that it may have."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

from shared.regulation.days import in_chinese
from shared.regulation.vocabulary import Authority, Basis, Duty, Rule, Step, Title

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")
_COMMON_YEAR = 2023
_FOREVER = 10_000_000

Bound = TypeVar("Bound", int, date)


def _iso_date(value: object) -> date:
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"{value} is not a date: {error}") from error
    raise ValueError(f"{value!r} is not a date (YYYY-MM-DD)")


def _month_day(value: object) -> tuple[int, int]:
    found = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is not a day of the year (MM-DD)")
    month, day = int(found[1]), int(found[2])
    try:
        date(_COMMON_YEAR, month, day)
    except ValueError as error:
        raise ValueError(f"{value!r} is not a day of every year: {error}") from error
    return month, day


IsoDate = Annotated[date, BeforeValidator(_iso_date)]
MonthDay = Annotated[tuple[int, int], BeforeValidator(_month_day)]
Year = Annotated[StrictInt, Field(ge=1990, le=2200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]+(-[A-Z0-9]+)*$")]


class Part(BaseModel):
    """Any mapping in a rules file: no key but those named here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(Part):
    """A sentence or name in both languages."""

    zh: Words
    en: Words


class Citation(Part):
    """A document, by its key in `documents`, and the article in it."""

    document: Words
    article: Words


class Document(Part):
    """A document that entries cite, and where it can be read."""

    number: Words
    name: Wording
    link: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None


class TitleNames(Wording):
    """A title's names and who grants (and cancels) it."""

    granted_by: Literal[Step.BUREAU, Step.MINISTRY]
    aliases: tuple[Words, ...] = ()


class Office(Wording):
    """An authority's code and names, and how it is reached: a sentence for those who have questions."""

    code: Code
    aliases: tuple[Words, ...] = ()
    contact: Wording | None = None

    def authority(self) -> Authority:
        """The authority that this describes."""
        contact, contact_en = (self.contact.zh, self.contact.en) if self.contact else (None, None)
        return Authority(self.code, self.zh, self.en, self.aliases, contact, contact_en)


class ReminderStages(Part):
    """Days before the due date on which a duty is reminded of; a file from before there were final notices has none."""

    days_before: Annotated[tuple[Annotated[StrictInt, Field(ge=0)], ...], Field(min_length=1)]
    at_start: StrictBool
    final_notice: StrictBool = False


class EscalationDays(Part):
    """Days before the due date after which a duty that is still open is on an office's list; null: never."""

    authority: StrictInt | None
    bureau: StrictInt | None


class BadAddress(Part):
    """Working days that an authority has to deal with a dead address."""

    bureau_after_working_days: Annotated[StrictInt, Field(ge=0)]


class EscalationSteps(Part):
    """When officers are to reach a firm by other means (催办)."""

    cite: Citation
    text: Wording
    update: EscalationDays
    change_report: EscalationDays
    review: EscalationDays
    returned_case: EscalationDays
    bad_address: BadAddress

    def of(self, duty: Duty) -> EscalationDays:
        """The days of one duty."""
        days: EscalationDays = getattr(self, duty.value)
        return days


class Head(Part):
    """A rules file but for its rules and its criteria of assessment, which are read one by one."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    extends: Words | None = None
    name: Wording
    documents: dict[str, Document]
    titles: dict[Title, TitleNames]
    authorities: Annotated[tuple[Office, ...], Field(min_length=1)]
    bureau: Office
    ministry: Office
    reminders: dict[Duty, ReminderStages]
    escalation: EscalationSteps
    rules: dict[str, Any]
    assessment: Annotated[list[Any], Field(min_length=1)]


class Span(Part, Generic[Bound]):
    """The years or dates in force, both included; open-ended where left out."""

    start: Bound | None = Field(None, alias="from")
    end: Bound | None = Field(None, alias="to")

    def first(self) -> int:
        """The first year, or the ordinal of the first date."""
        return 0 if self.start is None else _ordinal(self.start)

    def last(self) -> int:
        """The last year, or the ordinal of the last date."""
        return _FOREVER if self.end is None else _ordinal(self.end)

    def open_ended(self) -> bool:
        """Whether no end is set."""
        return self.end is None

    def without(self, other: Self) -> Iterator[Self]:
        """What is left of the time, before and after another."""
        if other.first() > self.first():
            before = min(self.last(), other.first() - 1)
            yield self.model_copy(update={"end": None if before >= _FOREVER else self.bound(before)})
        if other.last() < self.last():
            after = max(self.first(), other.last() + 1)
            yield self.model_copy(update={"start": self.bound(after) if after else None})

    @staticmethod
    def bound(at: int) -> Any:
        """The year, or the date, that `first` and `last` give as a number."""
        raise NotImplementedError


def _ordinal(bound: int | date) -> int:
    return bound.toordinal() if isinstance(bound, date) else bound


class YearSpan(Span[int]):
    """Calendar years in force."""

    start: Year | None = Field(None, alias="from")
    end: Year | None = Field(None, alias="to")

    @staticmethod
    def bound(at: int) -> int:
        return at


class DateSpan(Span[date]):
    """Dates in force."""

    start: IsoDate | None = Field(None, alias="from")
    end: IsoDate | None = Field(None, alias="to")

    @staticmethod
    def bound(at: int) -> date:
        return date.fromordinal(at)


class _Facts(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


SpanT = TypeVar("SpanT", YearSpan, DateSpan)


class Entry(Part, Generic[SpanT]):
    """One entry of a rule: for these titles and this time, on this basis."""

    titles: Annotated[tuple[Title, ...], Field(min_length=1)]
    in_force: SpanT
    cite: Citation
    text: Wording

    def basis(self, rule: str, document: Document, **facts: object) -> Basis:
        """What a decision under this entry cites, with the facts put into its sentence; others stay in braces."""
        chinese = {name: in_chinese(fact) if isinstance(fact, date) else fact for name, fact in facts.items()}
        zh, en = self.text.zh.format_map(_Facts(chinese)), self.text.en.format_map(_Facts(facts))
        return Basis(rule, document.number, self.cite.article, zh, en)


class DatedEntry(Entry[DateSpan]):
    """An entry in force by date."""

    in_force: DateSpan = DateSpan()


class UpdateDueValue(Part):
    """A day of the year, and whether it rolls to the next working day."""

    day: MonthDay
    roll: StrictBool


class UpdateDue(Entry[YearSpan]):
    """update.due: the day of each duty year by which the information is updated."""

    in_force: YearSpan = YearSpan()
    value: UpdateDueValue


class UpdateFirstYearValue(Part):
    """Years between the year of the grant and the first duty year."""

    offset_years: Annotated[StrictInt, Field(ge=0, le=3)]


class UpdateFirstYear(DatedEntry):
    """update.first_year: the first duty year of a title's first period; in force on the day the title was granted."""

    value: UpdateFirstYearValue


class MonthsValue(Part):
    """A period in calendar months, and whether its end rolls to the next working day."""

    months: Annotated[StrictInt, Field(ge=1, le=36)]
    roll: StrictBool


class ChangeReportDue(DatedEntry):
    """change_report.due: in force on the day the change happened."""

    value: MonthsValue


class WindowValue(MonthsValue):
    """The months before, or after, the expiry."""

    anchor: Literal["before_expiry", "after_expiry"]


class ReviewWindow(DatedEntry):
    """review.window: in force on the day of expiry."""

    value: WindowValue


class RouteValue(Part):
    """The steps of a review in order, and whether it has an on-site check (实地抽查)."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    on_site_check: StrictBool


class ReviewRouteEntry(DatedEntry):
    """review.route."""

    value: RouteValue


class ExtensionValue(Part):
    """Years added to the old expiry."""

    years: Annotated[StrictInt, Field(ge=1, le=10)]


class ReviewExtension(DatedEntry):
    """review.extension: in force on the day of the old expiry."""

    value: ExtensionValue


class PendingValue(Part):
    """Whether a title past its expiry counts as valid while its application is open."""

    treated_as_valid: StrictBool


class ReviewPending(DatedEntry):
    """review.pending: in force on the day of expiry."""

    value: PendingValue


class OnSiteCheckValue(Part):
    """The share of applications that is drawn for an on-site check, in per cent."""

    share_percent: Annotated[StrictInt, Field(ge=0, le=100)]


class ReviewOnSiteCheck(DatedEntry):
    """review.on_site_check: in force on the day of application."""

    value: OnSiteCheckValue


class WorkingDaysValue(Part):
    """A period in working days."""

    working_days: Annotated[StrictInt, Field(ge=1, le=250)]


class ReviewPublicNotice(DatedEntry):
    """review.public_notice: in force on the day on which the notice begins."""

    value: WorkingDaysValue


class CaseReturn(DatedEntry):
    """case.return: in force on the day on which a case is returned."""

    value: WorkingDaysValue


class HandlingValue(Part):
    """Working days that each office has for a case that lies with it; the ministry's are not ours to set."""

    authority: Annotated[StrictInt, Field(ge=1, le=250)]
    bureau: Annotated[StrictInt, Field(ge=1, le=250)]


class CaseHandling(DatedEntry):
    """case.handling: in force on the day on which a case comes to an office."""

    value: HandlingValue


ENTRIES: dict[Rule, type[Entry[Any]]] = {
    **dict.fromkeys(Rule, DatedEntry),
    Rule.UPDATE_DUE: UpdateDue,
    Rule.UPDATE_FIRST_YEAR: UpdateFirstYear,
    Rule.CHANGE_REPORT_DUE: ChangeReportDue,
    Rule.REVIEW_WINDOW: ReviewWindow,
    Rule.REVIEW_ROUTE: ReviewRouteEntry,
    Rule.REVIEW_EXTENSION: ReviewExtension,
    Rule.REVIEW_PENDING: ReviewPending,
    Rule.REVIEW_ON_SITE_CHECK: ReviewOnSiteCheck,
    Rule.REVIEW_PUBLIC_NOTICE: ReviewPublicNotice,
    Rule.CASE_HANDLING: CaseHandling,
    Rule.CASE_RETURN: CaseReturn,
}
"""The entry type of every rule; a rule without a value of its own has the plain one."""

FACTS: dict[Rule, frozenset[str]] = {
    Rule.UPDATE_EXTENDED: frozenset({"year", "nominal", "due", "source"}),
    Rule.REVIEW_CAMPAIGN: frozenset({"source", "opens", "closes"}),
}
"""The facts that a rule's sentence may name in braces."""
