"""One sentence per event type, in Chinese and English."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from services.notifier.mail.wording import SAY, WORDS
from shared.contracts import (
    CertificationCancelled,
    CertificationExpired,
    CertificationExtended,
    CertificationGranted,
    CertificationRescheduled,
    ChangeDecided,
    ChangeDiscarded,
    ChangeDrafted,
    ChangeOpinionGiven,
    ChangeResubmitted,
    ChangeReturned,
    ChangeSanctioned,
    ChangeSubmitted,
    ChangeWithdrawn,
    DelegationEnded,
    DelegationGranted,
    EligibilityRestored,
    EligibilityRevoked,
    EventData,
    OccurrenceClosed,
    OccurrenceRecorded,
    OccurrenceReopened,
    ProfileChanged,
    ProfileRegistered,
    ProfileUpdated,
    ReviewAdvanced,
    ReviewCheckOrdered,
    ReviewCheckRecorded,
    ReviewDecided,
    ReviewNoticed,
    ReviewObjected,
    ReviewObjectionSettled,
    ReviewRefused,
    ReviewResubmitted,
    ReviewReturned,
    ReviewSubmitted,
    TitleDecision,
    TitleSanction,
)
from shared.regulation import Regulation, Title, in_chinese, shanghai_date

ZH, EN = WORDS["zh-CN"], WORDS["en"]
AND, AND_EN = SAY["zh-CN"]["and"], SAY["en"]["and"]

Sentence = Callable[[Any, Regulation], tuple[str, str]]
SENTENCES: dict[type[EventData], Sentence] = {}


def says(*models: type[EventData]) -> Callable[[Sentence], Sentence]:
    """Register the sentence of the events whose data are `models`."""

    def register(sentence: Sentence) -> Sentence:
        SENTENCES.update(dict.fromkeys(models, sentence))
        return sentence

    return register


# ---- profiles

FIELDS = {
    "name": ("名称", "name"),
    "registered_place": ("注册地", "registered place"),
    "authority": ("审核部门", "reviewing authority"),
    "contact": ("联系人", "contact person"),
    "second_contact": ("第二联系人", "second contact person"),
}


@says(ProfileRegistered)
def registered(data: ProfileRegistered, regulation: Regulation) -> tuple[str, str]:
    authority = regulation.authorities.get(data.profile.authority)
    by, by_en = (authority.name, authority.name_en) if authority else (data.profile.authority,) * 2
    return f"登记企业“{data.profile.name}”，由{by}审核", f"{data.profile.name} was registered, reviewed by {by_en}"


@says(ProfileUpdated)
def updated(data: ProfileUpdated, _: Regulation) -> tuple[str, str]:
    return f"提交{data.duty_year}年度信息更新", f"The annual update for {data.duty_year} was submitted"


@says(ProfileChanged)
def changed(data: ProfileChanged, _: Regulation) -> tuple[str, str]:
    if data.previous_name is not None:
        old, new = data.previous_name, data.profile.name
        return f"企业名称由“{old}”变更为“{new}”", f"The enterprise's name was changed from {old} to {new}"
    fields = [FIELDS.get(name, (name, name)) for name in data.changed]
    return f"变更{AND.join(zh for zh, _ in fields)}", f"Changed: {AND_EN.join(en for _, en in fields)}"


@says(DelegationGranted)
def delegated(data: DelegationGranted, _: Regulation) -> tuple[str, str]:
    person, until = data.delegation.person_name, data.delegation.until
    zh, en = (f"，至{in_chinese(until)}止", f" until {until}") if until else ("", "")
    return f"授权{person}代表企业办理业务{zh}", f"{person} was let act for the enterprise{en}"


@says(DelegationEnded)
def delegation_ended(data: DelegationEnded, _: Regulation) -> tuple[str, str]:
    person, reason = data.delegation.person_name, data.reason
    return f"终止对{person}的授权：{reason}", f"{person} acts for the enterprise no longer: {reason}"


# ---- titles

TITLES: dict[type[EventData], tuple[str, str]] = {
    CertificationGranted: (
        "授予{title}称号，有效期{valid_from}至{valid_to}",
        "The title {title_en} was granted, valid from {valid_from} to {valid_to}",
    ),
    CertificationExtended: (
        "{title}称号有效期由{previous_valid_to}延长至{valid_to}",
        "The title {title_en} was extended from {previous_valid_to} to {valid_to}",
    ),
    CertificationRescheduled: (
        "{title}的办理期限依通知调整：{reason}",
        "A notice moved dates of the title {title_en}: {reason}",
    ),
    CertificationCancelled: ("取消{title}称号：{reason}", "The title {title_en} was cancelled: {reason}"),
    CertificationExpired: ("{title}称号终止：{reason}", "The title {title_en} ended: {reason}"),
    EligibilityRevoked: (
        "取消{title}的复核资格：{reason}",
        "The right to the review of the title {title_en} was lost: {reason}",
    ),
    EligibilityRestored: (
        "恢复{title}的复核资格：{reason}",
        "The right to the review of the title {title_en} was given back: {reason}",
    ),
}


@says(*TITLES)
def of_title(data: Any, regulation: Regulation) -> tuple[str, str]:
    state = data.certification
    return _filled(
        TITLES[type(data)],
        **_title(state.title, regulation),
        valid_from=state.valid_from,
        valid_to=state.valid_to,
        previous_valid_to=getattr(data, "previous_valid_to", None),
        reason=getattr(data, "reason", None),
    )


# ---- change reports

REPORTS: dict[type[EventData], tuple[str, str]] = {
    ChangeDrafted: (
        "保存{happened_on}{type}的报告草稿，应于{due}前提交",
        "The report of the {type_en} of {happened_on} was drafted; it is due on {due}",
    ),
    ChangeDiscarded: (
        "删除{happened_on}{type}的报告草稿",
        "The draft of the report of the {type_en} of {happened_on} was deleted",
    ),
    ChangeSubmitted: (
        "提交{happened_on}{type}的报告（{timely}）",
        "The report of the {type_en} of {happened_on} was submitted {timely_en}",
    ),
    ChangeWithdrawn: (
        "撤回{happened_on}{type}的报告",
        "The report of the {type_en} of {happened_on} was withdrawn",
    ),
    ChangeReturned: (
        "退回{happened_on}{type}的报告补正",
        "The report of the {type_en} of {happened_on} was returned for correction",
    ),
    ChangeResubmitted: (
        "补正后重新提交{happened_on}{type}的报告",
        "The corrected report of the {type_en} of {happened_on} was resubmitted",
    ),
    ChangeOpinionGiven: (
        "审核部门对{happened_on}{type}的报告出具意见：{meets}认定标准",
        "The authority's opinion on the {type_en} of {happened_on}: the enterprise {meets_en} the criteria",
    ),
    ChangeDecided: (
        "对{happened_on}{type}的报告作出决定：{decisions}",
        "Decided on the report of the {type_en} of {happened_on}: {decisions_en}",
    ),
}


@says(*REPORTS)
def of_report(data: Any, regulation: Regulation) -> tuple[str, str]:
    report = data.report
    timely, timely_en = ("逾期", "late") if report.on_time is False else ("按时", "on time")
    meets, meets_en = (
        ("仍符合", "still meets") if getattr(data, "meets_criteria", None) else ("不再符合", "no longer meets")
    )
    decisions, decisions_en = _outcomes(getattr(data, "decisions", ()), regulation)
    return _filled(
        REPORTS[type(data)],
        happened_on=report.happened_on,
        due=report.due,
        type=ZH["change"][report.type],
        type_en=EN["change"][report.type],
        timely=timely,
        timely_en=timely_en,
        meets=meets,
        meets_en=meets_en,
        decisions=decisions or "未持有称号",
        decisions_en=decisions_en or "no title is held",
    )


# ---- changes that officers recorded, and what it costs to report late or never

OCCURRENCES: dict[type[EventData], tuple[str, str]] = {
    OccurrenceRecorded: (
        "主管部门记录{happened_on}发生{type}，企业应于{due}前报告",
        "An officer recorded the {type_en} of {happened_on}, to be reported by {due}",
    ),
    OccurrenceClosed: (
        "所记录的{happened_on}{type}{closed}",
        "The recorded {type_en} of {happened_on} was {closed_en}",
    ),
    OccurrenceReopened: (
        "报告撤回，所记录的{happened_on}{type}须重新报告，截止{due}",
        "Its report was withdrawn: the {type_en} of {happened_on} is to be reported again by {due}",
    ),
    ChangeSanctioned: (
        "{happened_on}{type}未按时报告的处理：{sanctions}（{reason}）",
        "The {type_en} of {happened_on} was not reported in time: {sanctions_en} ({reason})",
    ),
}


@says(*OCCURRENCES)
def of_occurrence(data: Any, regulation: Regulation) -> tuple[str, str]:
    state = data.occurrence or data.report
    reason = getattr(data, "reason", None)
    closed, closed_en = (f"不予追究：{reason}", f"dismissed: {reason}") if reason else ("已报告", "reported")
    sanctions, sanctions_en = _outcomes(getattr(data, "titles", ()), regulation)
    choice = getattr(data, "choice", "")
    return _filled(
        OCCURRENCES[type(data)],
        happened_on=state.happened_on,
        due=state.due,
        type=ZH["change"][state.type],
        type_en=EN["change"][state.type],
        closed=closed,
        closed_en=closed_en,
        sanctions=sanctions or ZH["outcome"][choice],
        sanctions_en=sanctions_en or EN["outcome"][choice],
        reason=reason,
    )


def _outcomes(decisions: Iterable[TitleDecision | TitleSanction], regulation: Regulation) -> tuple[str, str]:
    """What was decided on each title."""
    titles = [(_title(each.title, regulation), each.outcome) for each in decisions]
    return (
        AND.join(f"{title['title']}{ZH['outcome'][outcome]}" for title, outcome in titles),
        AND_EN.join(f"{title['title_en']} {EN['outcome'][outcome]}" for title, outcome in titles),
    )


# ---- reviews

RESULTS = {"conforms": ("符合", "conforms"), "deviates": ("不符", "deviates")}

REVIEWS: dict[type[EventData], tuple[str, str]] = {
    ReviewSubmitted: (
        "受理{applied_on}提交的{title}复核申请",
        "The application of {applied_on} for the review of {title_en} was accepted",
    ),
    ReviewRefused: (
        "不予受理{title}复核申请：{reasons}",
        "The application for the review of {title_en} was refused: {reasons_en}",
    ),
    ReviewAdvanced: (
        "{by}通过{title}复核申请，转{step}",
        "The review of {title_en} passed {by_en} and lies with {step_en}",
    ),
    ReviewCheckOrdered: (
        "决定对{title}复核进行实地抽查：{reason}",
        "An on-site check was ordered for the review of {title_en}: {reason}",
    ),
    ReviewCheckRecorded: (
        "{title}复核实地抽查（{checked_on}）：{result}",
        "On-site check of {checked_on} for the review of {title_en}: {result_en}",
    ),
    ReviewReturned: (
        "退回{title}复核申请补正",
        "The application for the review of {title_en} was returned for correction",
    ),
    ReviewResubmitted: (
        "补正后重新提交{title}复核申请",
        "The corrected application for the review of {title_en} was resubmitted",
    ),
    ReviewNoticed: (
        "{title}复核拟通过，{begins}至{ends}公示",
        "The review of {title_en} is to be approved; public notice from {begins} to {ends}",
    ),
    ReviewObjected: (
        "{title}复核公示期间收到第{number}号异议",
        "Objection {number} to the review of {title_en} was raised during public notice",
    ),
    ReviewObjectionSettled: (
        "{title}复核第{number}号异议{upheld}：{finding}",
        "Objection {number} to the review of {title_en} was {upheld_en}: {finding}",
    ),
    ReviewDecided: (
        "{title}复核{outcome}：{reason}",
        "The review of {title_en} ended, {outcome_en}: {reason}",
    ),
}


@says(*REVIEWS)
def of_review(data: Any, regulation: Regulation) -> tuple[str, str]:
    review = data.review
    told = {name: getattr(data, name, None) for name in ("reason", "checked_on", "begins", "ends", "number", "finding")}
    by, step, outcome = (str(each) for each in (getattr(data, "by", ""), review.step, getattr(data, "outcome", "")))
    result, result_en = RESULTS.get(getattr(data, "result", ""), ("", ""))
    upheld, upheld_en = ("成立", "upheld") if getattr(data, "upheld", None) else ("不成立", "dismissed")
    reasons = getattr(data, "reasons", ())
    return _filled(
        REVIEWS[type(data)],
        **_title(review.title, regulation),
        **told,
        applied_on=shanghai_date(review.applied_at),
        by=ZH["party"][by],
        by_en=EN["party"][by],
        step=ZH["party"][step],
        step_en=EN["party"][step],
        outcome=ZH["outcome"][outcome],
        outcome_en=EN["outcome"][outcome],
        result=result,
        result_en=result_en,
        upheld=upheld,
        upheld_en=upheld_en,
        reasons="".join(each.text for each in reasons),
        reasons_en=" ".join(each.text_en for each in reasons),
    )


def _filled(sentence: tuple[str, str], **words: Any) -> tuple[str, str]:
    chinese = {name: in_chinese(word) if isinstance(word, date) else word for name, word in words.items()}
    return sentence[0].format(**chinese), sentence[1].format(**words)


def _title(title: str, regulation: Regulation) -> dict[str, str]:
    return {"title": regulation.title_name(Title(title)), "title_en": regulation.title_name(Title(title), "en")}
