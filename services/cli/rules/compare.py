"""`peiyu rules compare`: whom of the sample city another rules file affects on a date, and how."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.cli.city import Firm, Held, form_of, sample_city
from services.profile.domain import latest_update
from services.reviews.assessments import FIGURES
from services.reviews.conditions import Facts, failing, judge
from services.reviews.vocabulary import CertificationStatus, Eligibility
from shared.regulation import DueDate, Outcome, Period, Regulation, Title, Window, last_instant

SHOWN = 12
MISSED = ("profile_stale", "profile_unknown")


@dataclass(frozen=True, slots=True)
class Outlook:
    """How one title of a firm stands under a rules file: this year's update, freshness, review window, what fails.

    `assessment` is its self-assessment in words, None where it has none.
    """

    due: DueDate | None
    window: Window
    failing: tuple[str, ...]
    reasons: str
    assessment: str | None

    @property
    def fresh(self) -> bool:
        return not any(code in MISSED for code in self.failing)


@dataclass(frozen=True, slots=True)
class Effect:
    """A title of a firm that stands otherwise under the second rules file than under the first."""

    firm: Firm
    title: Title
    before: Outlook
    after: Outlook

    def due_moves(self) -> bool:
        return _due(self.before) != _due(self.after)

    def window_moves(self) -> bool:
        return _window(self.before) != _window(self.after)

    def turns_stale(self) -> bool:
        return self.before.fresh and not self.after.fresh

    def turns_fresh(self) -> bool:
        return self.after.fresh and not self.before.fresh

    def gains_review(self) -> bool:
        return bool(self.before.failing) and not self.after.failing

    def loses_review(self) -> bool:
        return bool(self.after.failing) and not self.before.failing

    def assessment_changes(self) -> bool:
        return self.before.assessment != self.after.assessment

    def words(self) -> Iterator[str]:
        """What changes, in Chinese, one line each."""
        if self.due_moves():
            yield f"更新截止 {_due(self.before)} → {_due(self.after)}"
        if self.window_moves():
            yield f"受理期 {_window(self.before)}\n    → {_window(self.after)}"
        if self.turns_stale() or self.turns_fresh():
            yield "信息更新 未按时 → 按时" if self.turns_fresh() else "信息更新 按时 → 未按时"
        if self.gains_review():
            yield f"不可申请 → 可申请复核（原因：{self.before.reasons}）"
        if self.loses_review():
            yield f"可申请 → 不可申请复核：{self.after.reasons}"
        if self.assessment_changes():
            yield f"自评 {self.before.assessment or '无'} → {self.after.assessment or '无'}"


KINDS = (
    ("更新截止变动", Effect.due_moves),
    ("变为按时", Effect.turns_fresh),
    ("变为未按时", Effect.turns_stale),
    ("受理期变动", Effect.window_moves),
    ("变为可申请", Effect.gains_review),
    ("变为不可申请", Effect.loses_review),
    ("自评结果变动", Effect.assessment_changes),
)
OUTCOMES = {Outcome.MET: "符合", Outcome.NOT_MET: "不符合", Outcome.UNDETERMINED: "无法判定"}


def outlook(firm: Firm, held: Held, regulation: Regulation, on: date) -> Outlook:
    """How a title stands under a rules file at the end of a day, by the conditions of acceptance."""
    period = Period(held.valid_from, held.valid_to, first=True, valid_from=held.valid_from)
    owed = on.year in regulation.duty_years(held.title, period)
    failed = failing(
        judge(
            Facts(
                regulation=regulation,
                title=held.title,
                status=CertificationStatus.VALID,
                eligibility=Eligibility.HELD,
                revocation=None,
                renewal_refused=False,
                period=period,
                duties_from=None,
                open_application=None,
                updates=firm.updates,
                at=last_instant(on),
            )
        )
    )
    return Outlook(
        due=regulation.update_due(held.title, on.year) if owed else None,
        window=regulation.review_window(held.title, held.valid_to),
        failing=tuple(condition.code for condition in failed),
        reasons="".join(condition.text for condition in failed),
        assessment=_assessment(firm, held, regulation, on),
    )


def _assessment(firm: Firm, held: Held, regulation: Regulation, on: date) -> str | None:
    """The self-assessment from the latest update that was submitted by the end of a day."""
    year = max((year for year, instant in firm.updates.items() if instant <= last_instant(on)), default=None)
    if year is None or regulation.criteria(held.title, on) is None:
        return None
    latest = latest_update(year, firm.updates[year], form_of(firm, year))
    if latest is None:
        return None
    result = regulation.assess(held.title, FIGURES.validate_python(latest.figures.model_dump()), on)
    return f"{result.points}分{OUTCOMES[result.outcome]}" if result else None


def effects(firms: Sequence[Firm], one: Regulation, other: Regulation, on: date) -> Iterator[Effect]:
    """Every title of the firms that stands otherwise under `other` than under `one`."""
    for firm in firms:
        for held in firm.titles:
            effect = Effect(firm, held.title, outlook(firm, held, one, on), outlook(firm, held, other, on))
            if any(changes(effect) for _, changes in KINDS):
                yield effect


def compare(one: Regulation, other: Regulation, on: date, console: Console) -> None:
    """Print whom of the sample city the change from `one` to `other` affects at the end of a day."""
    firms = sample_city(last_instant(on))
    affected = list(effects(firms, one, other, on))
    console.print(f"[bold]{one.id} → {other.id}[/]，{on}，示例城市{len(firms)}家企业（均为虚构）", highlight=False)
    console.print(_summary(firms, affected, one))
    if affected:
        console.print(_some(affected, one))
    if len(affected) > SHOWN:
        console.print(f"… 另有{len(affected) - SHOWN}项", highlight=False)


def _summary(firms: Sequence[Firm], affected: Sequence[Effect], regulation: Regulation) -> Table:
    """How many titles of each kind are affected, and how."""
    table = Table("", *(regulation.title_name(title) for title in Title), expand=True)
    held = [[each for firm in firms for each in firm.titles if each.title == title] for title in Title]
    found = [[effect for effect in affected if effect.title == title] for title in Title]
    table.add_row("证书", *(str(len(each)) for each in held))
    table.add_row("受影响", *(str(len(each)) for each in found), end_section=True)
    for name, changes in KINDS:
        table.add_row(name, *(str(sum(map(changes, each))) for each in found))
    return table


def _some(affected: Sequence[Effect], regulation: Regulation) -> Table:
    """Those with the most changes first, so that every kind is seen."""
    table = Table(expand=True, show_lines=True)
    table.add_column("企业", ratio=3, overflow="fold")
    table.add_column("称号", ratio=2, overflow="fold")
    table.add_column("变化", ratio=5, overflow="fold")
    for effect in sorted(affected, key=lambda each: -len(list(each.words())))[:SHOWN]:
        name, words = escape(effect.firm.name), escape("\n".join(effect.words()))
        table.add_row(name, regulation.title_name(effect.title), words)
    return table


def _due(outlook: Outlook) -> str:
    return outlook.due.due.isoformat() if outlook.due else "无"


def _window(outlook: Outlook) -> str:
    return f"{outlook.window.opens}—{outlook.window.closes}"
