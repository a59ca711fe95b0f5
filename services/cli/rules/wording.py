"""The values of rules in Chinese, as `peiyu rules show` prints them."""

from collections.abc import Callable, Mapping
from typing import Any

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

DUTIES = {
    Duty.UPDATE: "信息更新",
    Duty.CHANGE_REPORT: "重大变化报告",
    Duty.REVIEW: "复核",
    Duty.RETURNED_CASE: "退回补正",
}
STEPS = {Step.AUTHORITY: "区/管委会", Step.BUREAU: "市工信局", Step.MINISTRY: "工信部"}


def value(entry: Entry[Any]) -> str:
    """What a rule's entry sets; nothing for a rule that sets nothing."""
    words = WORDS.get(type(entry))
    return words(entry) if words else ""


def time_in_force(entry: Entry[Any]) -> str:
    """From when to when an entry holds; nothing for one that always does."""
    start, end = (
        f"{bound}年" if isinstance(bound, int) else bound for bound in (entry.in_force.start, entry.in_force.end)
    )
    return (f"{start}起" if start else "") + (f"至{end}" if end else "")


def reminders(stages: Reminders) -> str:
    """When a duty is reminded of."""
    days = "、".join(str(day) for day in stages.days_before)
    start, end = ("产生时；" if stages.at_start else ""), ("\n逾期后最后一次" if stages.final_notice else "")
    return f"{start}截止前{days}天{end}"


def escalation(steps: Escalation) -> str:
    """When officers call a firm that does not act."""
    found = ((STEPS[Step.AUTHORITY], steps.authority), (STEPS[Step.BUREAU], steps.bureau))
    return "\n".join(f"{office}：{_after(days)}" for office, days in found if days is not None)


def _after(days: int) -> str:
    return f"截止前{days}天过后" if days > 0 else "截止日过后" + (f"{-days}天" if days else "")


def _rolls(*, roll: bool) -> str:
    return "遇休息日顺延" if roll else "不顺延"


def _window(entry: ReviewWindow) -> str:
    window = entry.value
    if window.anchor == "before_expiry":
        return f"届满前{window.months}个月至届满当日"
    return f"届满次日起{window.months}个月，{_rolls(roll=window.roll)}"


def _route(entry: ReviewRouteEntry) -> str:
    route = entry.value
    return "→".join(STEPS[step] for step in route.steps) + ("，实地抽查" if route.on_site_check else "")


WORDS: Mapping[type[Entry[Any]], Callable[[Any], str]] = {
    UpdateDue: lambda entry: f"{entry.value.day[0]}月{entry.value.day[1]}日，{_rolls(roll=entry.value.roll)}",
    UpdateFirstYear: lambda entry: f"取得称号后第{entry.value.offset_years}年起",
    ChangeReportDue: lambda entry: f"{entry.value.months}个月，{_rolls(roll=entry.value.roll)}",
    ReviewWindow: _window,
    ReviewRouteEntry: _route,
    ReviewExtension: lambda entry: f"原到期日起{entry.value.years}年",
    ReviewPending: lambda entry: "视为有效" if entry.value.treated_as_valid else "不视为有效",
    ReviewOnSiteCheck: lambda entry: f"抽取{entry.value.share_percent}%",
    ReviewPublicNotice: lambda entry: f"{entry.value.working_days}个工作日",
    CaseReturn: lambda entry: f"{entry.value.working_days}个工作日",
    CaseHandling: lambda entry: f"区/管委会{entry.value.authority}、市工信局{entry.value.bureau}个工作日",
}
"""Entry type to the words for its value."""
