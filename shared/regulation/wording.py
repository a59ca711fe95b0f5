"""What a rule's entry sets, in words, in both languages."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from shared.regulation.results import Escalation, Reminders
from shared.regulation.rulebook import (
    CaseHandling,
    CaseReturn,
    ChangeReportDue,
    Entry,
    ReviewExtension,
    ReviewOnSiteCheck,
    ReviewPending,
    ReviewPublicNotice,
    ReviewRouteEntry,
    ReviewWindow,
    UpdateDue,
    UpdateFirstYear,
)
from shared.regulation.vocabulary import Duty, Step

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Words(NamedTuple):
    """The same in Chinese and English."""

    zh: str
    en: str


DUTIES = {
    Duty.UPDATE: "信息更新",
    Duty.CHANGE_REPORT: "重大变化报告",
    Duty.REVIEW: "复核",
    Duty.RETURNED_CASE: "退回补正",
}
STEPS = {
    Step.AUTHORITY: Words("区/管委会", "authority"),
    Step.BUREAU: Words("市工信局", "bureau"),
    Step.MINISTRY: Words("工信部", "ministry"),
}
NOTHING = Words("", "")


def value(entry: Entry[Any]) -> Words:
    """What a rule's entry sets; nothing for a rule that sets nothing."""
    words = WORDS.get(type(entry))
    return words(entry.value) if words else NOTHING  # type: ignore[attr-defined]


def time_in_force(entry: Entry[Any]) -> str:
    """From when to when an entry holds, in Chinese; nothing for one that always does."""
    start, end = (
        f"{bound}年" if isinstance(bound, int) else bound for bound in (entry.in_force.start, entry.in_force.end)
    )
    return (f"{start}起" if start else "") + (f"至{end}" if end else "")


def reminders(stages: Reminders) -> str:
    """When a duty is reminded of, in Chinese."""
    days = "、".join(str(day) for day in stages.days_before)
    start, end = ("产生时；" if stages.at_start else ""), ("\n逾期后最后一次" if stages.final_notice else "")
    return f"{start}截止前{days}天{end}"


def escalation(steps: Escalation) -> str:
    """When officers call a firm that does not act, in Chinese."""
    found = ((STEPS[Step.AUTHORITY], steps.authority), (STEPS[Step.BUREAU], steps.bureau))
    return "\n".join(f"{office.zh}：{_after(days)}" for office, days in found if days is not None)


def _after(days: int) -> str:
    return f"截止前{days}天过后" if days > 0 else "截止日过后" + (f"{-days}天" if days else "")


def _day(month: int, day: int, *, roll: bool) -> Words:
    zh, en = _rolls(roll=roll)
    return Words(f"{month}月{day}日，{zh}", f"{day} {MONTHS[month - 1]}, {en}")


def _rolls(*, roll: bool) -> Words:
    return Words("遇休息日顺延", "on a day off the next working day") if roll else Words("不顺延", "on a day off too")


def _count(number: int, singular: str) -> str:
    return f"{number} {singular}" if number == 1 else f"{number} {singular}s"


def _period(months: int, *, roll: bool) -> Words:
    zh, en = _rolls(roll=roll)
    return Words(f"{months}个月，{zh}", f"{_count(months, 'month')}, {en}")


def _window(anchor: str, months: int, *, roll: bool) -> Words:
    if anchor == "before_expiry":
        return Words(
            f"届满前{months}个月至届满当日", f"from {_count(months, 'month')} before the expiry through that day"
        )
    zh, en = _period(months, roll=roll)
    return Words(f"届满次日起{zh}", f"from the day after the expiry for {en}")


def _route(steps: tuple[Step, ...], *, on_site_check: bool) -> Words:
    return Words(
        "→".join(STEPS[step].zh for step in steps) + ("，实地抽查" if on_site_check else ""),
        " → ".join(STEPS[step].en for step in steps) + (", with on-site checks" if on_site_check else ""),
    )


def _working_days(number: int) -> Words:
    return Words(f"{number}个工作日", _count(number, "working day"))


WORDS: Mapping[type[Entry[Any]], Callable[[Any], Words]] = {
    UpdateDue: lambda due: _day(*due.day, roll=due.roll),
    UpdateFirstYear: lambda first: Words(
        f"取得称号后第{first.offset_years}年起", f"from {_count(first.offset_years, 'year')} after the grant"
    ),
    ChangeReportDue: lambda due: _period(due.months, roll=due.roll),
    ReviewWindow: lambda window: _window(window.anchor, window.months, roll=window.roll),
    ReviewRouteEntry: lambda route: _route(route.steps, on_site_check=route.on_site_check),
    ReviewExtension: lambda extension: Words(
        f"原到期日起{extension.years}年", f"{_count(extension.years, 'year')} from the old expiry"
    ),
    ReviewPending: lambda pending: (
        Words("视为有效", "treated as valid")
        if pending.treated_as_valid
        else Words("不视为有效", "not treated as valid")
    ),
    ReviewOnSiteCheck: lambda check: Words(f"抽取{check.share_percent}%", f"{check.share_percent}% drawn"),
    ReviewPublicNotice: lambda notice: _working_days(notice.working_days),
    CaseReturn: lambda returned: _working_days(returned.working_days),
    CaseHandling: lambda days: Words(
        f"区/管委会{days.authority}、市工信局{days.bureau}个工作日",
        f"authority {_count(days.authority, 'working day')}, bureau {_count(days.bureau, 'working day')}",
    ),
}
"""Entry type to the words for its value."""
