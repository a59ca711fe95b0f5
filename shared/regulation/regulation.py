"""The regulation (培育管理规则) as pure functions over one rules file.

Nothing here knows the time or does I/O once the file is read. Dates are Asia/Shanghai calendar dates, instants aware.
Articles named in docstrings are those of 厦工信规〔2023〕2号; what a decision cites comes from the file.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from shared.regulation.assessment import ASSESSMENT, Assessment, assess
from shared.regulation.criteria import Criteria
from shared.regulation.days import add_months, start_of_day
from shared.regulation.figures import Figures
from shared.regulation.notices import Campaign, DeadlineExtension, extension_in_effect
from shared.regulation.overlay import load_draft, locate, shipped
from shared.regulation.results import (
    DueDate,
    Escalation,
    Freshness,
    Period,
    Reminders,
    ReviewRoute,
    UnmetYear,
    UpdateState,
    Window,
    YearState,
)
from shared.regulation.rulebook import (
    ENTRIES,
    CaseHandling,
    CaseReturn,
    ChangeReportDue,
    Document,
    Entry,
    Head,
    ReviewExtension,
    ReviewOnSiteCheck,
    ReviewPending,
    ReviewPublicNotice,
    ReviewRouteEntry,
    ReviewWindow,
    UpdateDue,
    UpdateFirstYear,
)
from shared.regulation.vocabulary import Authority, Basis, Duty, Rule, Step, Title
from shared.regulation.working_days import Rolled, after_working_days, next_working_day

EntryT = TypeVar("EntryT", bound=Entry[Any])

_QUOTES = str.maketrans("", "", "\"'“”‘’「」『』〝〞＂＇ ")


class Regulation:
    """One rules file, ready to answer. Immutable; answers that depend on few inputs are kept."""

    def __init__(
        self, head: Head, entries: Mapping[Rule, tuple[Entry[Any], ...]], criteria: Iterable[Criteria] = ()
    ) -> None:
        self._head = head
        self._criteria = tuple(criteria)
        self._entries = {
            (rule, title): tuple(sorted((e for e in found if title in e.titles), key=lambda e: e.in_force.first()))
            for rule, found in entries.items()
            for title in Title
        }
        self.id = head.id
        self.name = head.name.zh
        self.name_en = head.name.en
        self.names: Mapping[Title, str] = MappingProxyType({title: head.titles[title].zh for title in Title})
        self.authorities: Mapping[str, Authority] = MappingProxyType({o.code: o.authority() for o in head.authorities})
        self.bureau = head.bureau.authority()
        self.ministry = head.ministry.authority()
        self._titles_by_name = {
            _plain(name): title
            for title, names in head.titles.items()
            for name in (title.value, names.zh, names.en, *names.aliases)
        }
        self._authorities_by_name = {
            _plain(name): authority
            for authority in self.authorities.values()
            for name in (authority.code, authority.name, authority.name_en, *authority.aliases)
        }
        self._update_due = lru_cache(maxsize=4096)(self._compute_update_due)
        self._duty_years = lru_cache(maxsize=65536)(self._compute_duty_years)
        self._change_report_due = lru_cache(maxsize=16384)(self._compute_change_report_due)
        self._cited = lru_cache(maxsize=4096)(self._compute_basis)
        self._window = lru_cache(maxsize=16384)(self._compute_window)
        self._routes = {title: self._route(title) for title in Title}

    @classmethod
    def load(cls, name_or_path: str | Path) -> "Regulation":
        """The regulation of a shipped name (`xiamen-2023`) or of a file.

        Raises RulesError naming every defect with its line.
        """
        return _load_shipped(str(name_or_path)) if name_or_path in shipped() else _load(locate(name_or_path))

    # ---- names

    def title_name(self, title: Title, language: Literal["zh", "en"] = "zh") -> str:
        """The title's name."""
        names = self._head.titles[title]
        return names.zh if language == "zh" else names.en

    def granted_by(self, title: Title) -> Step:
        """Who grants the title and cancels it: the bureau, or the ministry."""
        return Step(self._head.titles[title].granted_by)

    def find_title(self, text: str) -> Title | None:
        """The title that a code, name or alias means, whatever its quotation marks, width and spaces."""
        return self._titles_by_name.get(_plain(text))

    def find_authority(self, text: str) -> Authority | None:
        """The reviewing authority that a code, name or alias (所属区) means."""
        return self._authorities_by_name.get(_plain(text))

    # ---- annual update

    def update_due(
        self,
        title: Title,
        year: int,
        extensions: Iterable[DeadlineExtension] = (),
        authority: str | None = None,
    ) -> DueDate | None:
        """The due date of a year's annual update (第十二条), or None where the title owes none.

        `nominal` stays the rule's own date when an extension moves `due`. `authority` is the enterprise's reviewing
        authority, for extensions limited to some.
        """
        extension = extension_in_effect(tuple(extensions), Duty.UPDATE, title, year, authority) if extensions else None
        return self._update_due(title, year, extension)

    def update_opens(self, year: int) -> datetime:
        """The UTC instant from which an update counts for the year: the start of 1 January."""
        return start_of_day(date(year, 1, 1))

    def duty_years(self, title: Title, period: Period) -> tuple[int, ...]:
        """The years whose update is owed in the period: start < due(Y) ≤ end, by the rule's own date (第十二条).

        In the title's first period not before the first duty year (the year after the grant).
        """
        return self._duty_years(title, period)

    def freshness(
        self,
        title: Title,
        period: Period,
        updates: Mapping[int, datetime],
        at: datetime,
        extensions: Iterable[DeadlineExtension] = (),
        authority: str | None = None,
        duties_from: date | None = None,
    ) -> Freshness:
        """Whether the profile is fresh for the title at an instant (第十二条): nothing that fell due is unmet.

        `updates` maps a duty year to the instant its update was first submitted; one submitted after `at` is not seen.
        Duty years due before `duties_from` are left out: they were judged elsewhere, before the list was taken over.
        """
        noticed = tuple(extensions)
        years: list[YearState] = []
        unmet: list[UnmetYear] = []
        for year in self._duty_years(title, period):
            due = self.update_due(title, year, noticed, authority)
            if due is None or (duties_from is not None and due.due < duties_from):
                continue
            submitted_at = updates.get(year)
            if submitted_at is not None and submitted_at > at:
                submitted_at = None
            state: UpdateState
            if submitted_at is not None and due.met_by(submitted_at) and submitted_at >= self.update_opens(year):
                state = "met"
            elif due.passed_at(at):
                state = "missed"
                unmet.append(UnmetYear(year, due, submitted_at, self.basis(Rule.UPDATE_MISSED, title, due.nominal)))
            else:
                state = "open"
            years.append(YearState(year, due, submitted_at, state))
        return Freshness(not unmet, tuple(years), tuple(unmet))

    # ---- major changes

    def change_report_due(self, happened_on: date) -> DueDate:
        """By when a major change is reported (第十三条): three calendar months, to the next working day."""
        return self._change_report_due(happened_on)

    # ---- review

    def review_window(self, title: Title, valid_to: date, campaign: Campaign | None = None) -> Window:
        """When a review may be applied for (第十一条); a campaign covering title and expiry overrides the rule."""
        return self._window(title, valid_to, campaign if campaign and campaign.covers(title, valid_to) else None)

    def extended(self, title: Title, valid_to: date) -> date:
        """The new expiry after a passed review (第十一条): three years from the old one, 29 February to 28."""
        entry = self._in_force(ReviewExtension, Rule.REVIEW_EXTENSION, title, valid_to)
        return add_months(valid_to, 12 * entry.value.years)

    def review_route(self, title: Title, on: date | None = None) -> ReviewRoute:
        """Who handles a review and who decides it (第十一条); by the rule now last in force, or that of a date."""
        return self._routes[title] if on is None else self._route(title, on)

    def pending_is_valid(self, title: Title, valid_to: date) -> bool:
        """Whether a title past its expiry is treated as valid while its application is open."""
        return self._in_force(ReviewPending, Rule.REVIEW_PENDING, title, valid_to).value.treated_as_valid

    def on_site_share(self, title: Title, applied_on: date) -> int:
        """The share of applications that is drawn for an on-site check (实地抽查), in per cent (第十一条)."""
        return self._in_force(ReviewOnSiteCheck, Rule.REVIEW_ON_SITE_CHECK, title, applied_on).value.share_percent

    def notice_ends(self, title: Title, begins_on: date) -> DueDate:
        """The last day of a public notice (公示) that begins on a day; the day itself is not counted."""
        entry = self._in_force(ReviewPublicNotice, Rule.REVIEW_PUBLIC_NOTICE, title, begins_on)
        return self._working_days(Rule.REVIEW_PUBLIC_NOTICE, entry, begins_on, entry.value.working_days)

    # ---- self-assessment

    def criteria(self, title: Title, on: date) -> Criteria | None:
        """The criteria that a title is assessed by on a day, or None where it has none."""
        return next(
            (
                each
                for each in self._criteria
                if title in each.titles and each.in_force.first() <= on.toordinal() <= each.in_force.last()
            ),
            None,
        )

    def assess(self, title: Title, figures: Figures, on: date) -> Assessment | None:
        """The self-assessment (自评) of a title on a day, or None where it has no criteria then."""
        found = self.criteria(title, on)
        return None if found is None else assess(found, self.document(found.cite.document), figures, on)

    def assessment_basis(self, criteria: Criteria) -> Basis:
        """What a self-assessment as a whole cites."""
        return criteria.basis(ASSESSMENT, self.document(criteria.cite.document))

    # ---- handling of cases

    def return_due(self, title: Title | None, returned_on: date) -> DueDate:
        """By when a returned case (退回补正) is resubmitted, unless the officer who returns it says otherwise."""
        entry = self._in_force(CaseReturn, Rule.CASE_RETURN, title or next(iter(Title)), returned_on)
        return self._working_days(Rule.CASE_RETURN, entry, returned_on, entry.value.working_days)

    def handling_days(self, step: Step, title: Title | None, on: date) -> int | None:
        """Working days that an office has for a case (办理时限); None for the ministry, which has its own rules."""
        if step is Step.MINISTRY:
            return None
        entry = self._in_force(CaseHandling, Rule.CASE_HANDLING, title or next(iter(Title)), on)
        return entry.value.authority if step is Step.AUTHORITY else entry.value.bureau

    # ---- reminders

    def reminder_stages(self, duty: Duty | str) -> tuple[int, ...]:
        """The stages of a duty, in days before its due date, most distant first."""
        return self._head.reminders[Duty(duty)].days_before

    def reminders(self, duty: Duty | str) -> Reminders:
        """The stages of a duty, and whether it is also told when it arises (a change detected, a window opened)."""
        stages = self._head.reminders[Duty(duty)]
        return Reminders(stages.days_before, stages.at_start, stages.final_notice)

    # ---- officers who reach a firm by other means

    def escalation(self, duty: Duty | str) -> Escalation:
        """When a firm that does not act comes on its authority's list, and on the bureau's."""
        days = self._head.escalation.of(Duty(duty))
        return Escalation(days.authority, days.bureau)

    def address_overdue(self, refused_on: date) -> date:
        """The last day that an authority has to deal with an address which took no mail on a day."""
        return after_working_days(refused_on, self._head.escalation.bad_address.bureau_after_working_days).day

    @property
    def escalation_basis(self) -> Basis:
        """What a call on a firm rests on (催办)."""
        steps = self._head.escalation
        number = self.document(steps.cite.document).number
        return Basis("escalation", number, steps.cite.article, steps.text.zh, steps.text.en)

    # ---- citations

    def basis(self, rule: Rule | str, title: Title | None = None, on: date | None = None, **facts: object) -> Basis:
        """What a decision under a rule cites.

        Without a title: the first entry's; without a date: the entry last in force. `facts` fill the rule's sentence;
        those not given stay in braces. Raises ValueError for an unknown rule, KeyError where none is in force.
        """
        rule = Rule(rule)
        if not facts:
            return self._cited(rule, title, on)
        return self._basis(rule, self._applying(rule, title, on), **facts)

    def document(self, key: str) -> Document:
        """A document that entries cite, by its key in the file."""
        return self._head.documents[key]

    @property
    def documents(self) -> Mapping[str, Document]:
        """Every document of the file, by its key there."""
        return self._head.documents

    def entry(self, rule: Rule, title: Title, on: date) -> Entry[Any] | None:
        """What a rule sets for a title on a date; the annual update's is that of the year."""
        return self._find(rule, title, on)

    def in_force(self, title: Title, on: date) -> Iterator[tuple[Rule, Entry[Any], Basis]]:
        """Every rule that holds for a title on a date, with what it cites; the annual update is that of the year."""
        for rule in Rule:
            entry = self._find(rule, title, on)
            if entry is not None:
                yield rule, entry, self._basis(rule, entry)

    def extension_basis(self, title: Title, year: int, nominal: date, due: date, source: str) -> Basis:
        """What an annual update's date rests on that the notice `source` moved (第十二条)."""
        return self.basis(
            Rule.UPDATE_EXTENDED,
            title,
            nominal,
            year=year,
            nominal=nominal,
            due=due,
            source=source,
        )

    @property
    def missed_update_basis(self) -> Basis:
        """Why a missed annual update costs the right to a review (第十二条)."""
        return self.basis(Rule.UPDATE_MISSED)

    @property
    def late_change_report_basis(self) -> Basis:
        """What a change report not made in time may cost (第十三条)."""
        return self.basis(Rule.CHANGE_REPORT_LATE)

    # ---- computing

    def _find(self, rule: Rule, title: Title, on: date | None) -> Entry[Any] | None:
        entries = self._entries[rule, title]
        if on is None:
            return entries[-1] if entries else None
        at = on.year if ENTRIES[rule] is UpdateDue else on.toordinal()
        return next((entry for entry in entries if entry.in_force.first() <= at <= entry.in_force.last()), None)

    def _applying(self, rule: Rule, title: Title | None, on: date | None) -> Entry[Any]:
        for each in [title] if title else Title:
            entry = self._find(rule, each, on)
            if entry is not None:
                return entry
        raise KeyError(f"{self.id}: {rule} is not in force for {title or 'any title'} on {on or 'any date'}")

    def _in_force(self, kind: type[EntryT], rule: Rule, title: Title, on: date | None) -> EntryT:
        entry = self._find(rule, title, on)
        if not isinstance(entry, kind):
            raise KeyError(f"{self.id}: {rule} is not in force for {title} on {on}")
        return entry

    def _basis(self, rule: Rule, entry: Entry[Any], **facts: object) -> Basis:
        return entry.basis(rule, self.document(entry.cite.document), **facts)

    def _compute_basis(self, rule: Rule, title: Title | None, on: date | None) -> Basis:
        return self._basis(rule, self._applying(rule, title, on))

    def _compute_update_due(self, title: Title, year: int, extension: DeadlineExtension | None) -> DueDate | None:
        entry = self._find(Rule.UPDATE_DUE, title, date(year, 1, 1))
        if not isinstance(entry, UpdateDue):
            return None
        nominal = date(year, *entry.value.day)
        if extension is not None:
            return DueDate(
                nominal,
                extension.due,
                provisional=False,
                basis=self.extension_basis(title, year, nominal, extension.due, extension.source),
                extension_id=extension.id,
                source=extension.source,
            )
        rolled = next_working_day(nominal) if entry.value.roll else Rolled(nominal, provisional=False)
        return DueDate(nominal, rolled.day, rolled.provisional, self._basis(Rule.UPDATE_DUE, entry))

    def _compute_duty_years(self, title: Title, period: Period) -> tuple[int, ...]:
        first = period.start.year
        if period.first and self._find(Rule.UPDATE_DUE, title, None) is not None:
            entry = self._in_force(UpdateFirstYear, Rule.UPDATE_FIRST_YEAR, title, period.valid_from)
            first = max(first, period.valid_from.year + entry.value.offset_years)
        return tuple(
            year
            for year in range(first, period.end.year + 1)
            if (due := self._update_due(title, year, None)) is not None and period.start < due.nominal <= period.end
        )

    def _compute_change_report_due(self, happened_on: date) -> DueDate:
        due: DueDate | None = None
        for title in Title:
            entry = self._in_force(ChangeReportDue, Rule.CHANGE_REPORT_DUE, title, happened_on)
            nominal = add_months(happened_on, entry.value.months)
            rolled = next_working_day(nominal) if entry.value.roll else Rolled(nominal, provisional=False)
            if due is None or rolled.day < due.due:
                due = DueDate(nominal, rolled.day, rolled.provisional, self._basis(Rule.CHANGE_REPORT_DUE, entry))
        if due is None:
            raise KeyError(Rule.CHANGE_REPORT_DUE)
        return due

    def _working_days(self, rule: Rule, entry: Entry[Any], start: date, count: int) -> DueDate:
        last = after_working_days(start, count)
        return DueDate(last.day, last.day, last.provisional, self._basis(rule, entry))

    def _compute_window(self, title: Title, valid_to: date, campaign: Campaign | None) -> Window:
        entry = self._in_force(ReviewWindow, Rule.REVIEW_WINDOW, title, valid_to)
        if entry.value.anchor == "before_expiry":
            opens, nominal = add_months(valid_to, -entry.value.months), valid_to
        else:
            opens, nominal = valid_to + timedelta(days=1), add_months(valid_to, entry.value.months)
        if campaign is not None:
            basis = self.basis(
                Rule.REVIEW_CAMPAIGN,
                title,
                valid_to,
                source=campaign.source,
                opens=campaign.opens,
                closes=campaign.closes,
            )
            closes = Rolled(campaign.closes, provisional=False)
        else:
            basis = self._basis(Rule.REVIEW_WINDOW, entry)
            closes = next_working_day(nominal) if entry.value.roll else Rolled(nominal, provisional=False)
        return Window(
            campaign.opens if campaign else opens,
            closes.day,
            closes.provisional,
            basis,
            campaign.id if campaign else None,
            nominal_opens=opens,
            nominal_closes=nominal,
        )

    def _route(self, title: Title, on: date | None = None) -> ReviewRoute:
        entry = self._in_force(ReviewRouteEntry, Rule.REVIEW_ROUTE, title, on)
        return ReviewRoute(entry.value.steps, entry.value.on_site_check, self._basis(Rule.REVIEW_ROUTE, entry))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()


@cache
def _load_shipped(name: str) -> Regulation:
    return _load(locate(name))


def _load(path: Path) -> Regulation:
    draft = load_draft(path)
    if draft.head is None:
        raise AssertionError("a draft without defects has a header")
    rules = {rule: tuple(placed.entry for placed in entries) for rule, entries in draft.rules.items()}
    criteria = (placed.entry for placed in draft.criteria)
    return Regulation(draft.head, rules, (each for each in criteria if isinstance(each, Criteria)))
