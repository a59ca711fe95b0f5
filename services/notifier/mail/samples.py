"""Messages to look at: one of each kind, to whom it goes, at each stage. The firms and people do not exist."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any
from uuid import UUID

from services.notifier import mailboxes
from services.notifier.mail.sections import Item
from services.notifier.models import Firm, Message
from services.notifier.repository.calendars import Owed
from services.notifier.repository.messages import Listed
from services.notifier.vocabulary import OVERDUE, REMINDERS, REMINDING, START, TO_OFFICERS, Audience, Kind
from shared.contracts import Citation
from shared.regulation import Duty, Regulation, Rule, Title, end_of_day, start_of_day

CODE, NAME, AUTHORITY = "91350203MA31F1331W", "厦门鹭岛精密传感科技股份有限公司", "XM-SM"
ADDRESSEES = {Audience.FIRM: "林海燕", Audience.OFFICERS: "思明区工业和信息化局"}

TO_OFFICERS_ONLY = frozenset({Kind.FIRM_UNREACHED, Kind.FIRM_UNANSWERED})

LISTED = (
    Listed(CODE, NAME),
    Listed("91350213MA33WMAT03", "厦门海沧生物医药中试基地运营管理有限公司"),
    Listed("91350100M000100Y43", "厦门筼筜智能装备有限公司"),
)

RULES = {
    "update": Rule.UPDATE_DUE,
    "firm": Rule.UPDATE_DUE,
    "change": Rule.CHANGE_REPORT_DUE,
    "occurrence": Rule.CHANGE_REPORT_DUE,
    "returned": Rule.CASE_RETURN,
    "review": Rule.REVIEW_ROUTE,
    "certification": Rule.REVIEW_WINDOW,
    "eligibility": Rule.UPDATE_MISSED,
    "delegation": Rule.ACCOUNT_DELEGATION,
}
"""What kinds rest on, by what they are about."""

UNKNOWN: dict[Kind, tuple[str, ...]] = {
    Kind.CHANGE_REPORT_DUE: ("report_id", "review_id"),
    Kind.RETURNED_CASE_DUE: ("report_id", "occurrence_id"),
    Kind.OCCURRENCE_RECORDED: ("report_id",),
    Kind.OCCURRENCE_DISMISSED: ("report_id",),
} | {kind: ("report_id", "occurrence_id") for kind in Kind if kind.startswith(("review_", "certification_", "elig"))}
"""The ids that a kind cannot know."""

DUTY_OF = {kind: duty for duty, kind in REMINDERS.items()}


@dataclass(frozen=True, slots=True)
class Sample:
    """An item as it reads on `today`."""

    item: Item
    today: date


def catalogue() -> Iterator[tuple[Kind, Audience]]:
    """Every kind with whom it goes to."""
    for kind in Kind:
        if kind not in TO_OFFICERS_ONLY:
            yield kind, Audience.FIRM
        if kind in TO_OFFICERS or kind in TO_OFFICERS_ONLY:
            yield kind, Audience.OFFICERS


def stages(regulation: Regulation, kind: Kind) -> tuple[str, ...]:
    """The stages of a kind that reminds, the mildest first; one without a name for the others."""
    if kind not in REMINDING:
        return ("",)
    reminders = regulation.reminders(DUTY_OF[kind])
    return (*((START,) if reminders.at_start else ()), *map(str, reminders.days_before), OVERDUE)


def sample(regulation: Regulation, kind: Kind, audience: Audience, stage: str = "", **facts: Any) -> Sample:
    """A message of a kind; `facts` are told in place of the usual ones."""
    usual = {name: value for name, value in _facts(regulation, kind).items() if name not in UNKNOWN.get(kind, ())}
    told = {**usual, **facts}
    due = date.fromisoformat(told["due"]) if kind in REMINDING else None
    today = _today(due, stage)
    message = Message(
        id=UUID(int=1 + list(Kind).index(kind)),
        kind=kind.value,
        about=f"{AUTHORITY}/{due}" if audience == Audience.OFFICERS and due else str(UUID(int=7)),
        stage=stage,
        audience=audience.value,
        mailbox=mailboxes.firm(CODE) if audience == Audience.FIRM else mailboxes.office(AUTHORITY),
        credit_code=CODE if audience == Audience.FIRM else None,
        authority=AUTHORITY,
        due=due,
        facts=told,
        at=start_of_day(today),
    )
    return Sample(Item(message, LISTED if audience == Audience.OFFICERS and kind in REMINDING else ()), today)


def firm() -> Firm:
    """The firm that the samples are about."""
    return Firm(
        credit_code=CODE, name=NAME, authority=AUTHORITY, contact_name=ADDRESSEES[Audience.FIRM], language="zh-CN"
    )


def owed(message: Message) -> Owed:
    """The obligation that a sample reminds of."""
    facts, duty = message.facts, DUTY_OF[Kind(message.kind)]
    assert message.due is not None
    subject = f"{CODE}/{facts['year']}" if duty is Duty.UPDATE else str(UUID(int=8))
    return Owed(CODE, duty, subject, facts["year"], message.due, facts, facts["citation"])


def _today(due: date | None, stage: str) -> date:
    if due is None:
        return date(2026, 4, 20)
    if stage == OVERDUE:
        return end_of_day(due).astimezone(UTC).date() + timedelta(days=1)
    return due - timedelta(days=int(stage) if stage.isdecimal() else 45)


def _facts(regulation: Regulation, kind: Kind) -> dict[str, Any]:
    """What a message of any kind could tell, under the article of its own."""
    citation = Citation.model_validate(regulation.basis(_rule(kind), Title.SPECIALIZED)).model_dump()
    refused = Citation.model_validate(regulation.basis(Rule.REVIEW_PROFILE_FRESH, Title.SPECIALIZED)).model_dump()
    changed = kind.startswith(("change_", "occurrence_"))
    reviewed = kind == Kind.REVIEW_WINDOW
    due = "2026-06-10" if changed else "2027-03-31" if reviewed else "2026-04-30"
    return {
        "credit_code": CODE,
        "enterprise_name": NAME,
        "citation": citation,
        "duty": DUTY_OF.get(kind, Duty.UPDATE).value,
        "year": 2027 if reviewed else 2026,
        "titles": ["specialized"] if reviewed else ["specialized", "little_giant"],
        "title": "specialized",
        "nominal_due": due,
        "due": due,
        "on": "2026-07-22" if kind is Kind.CHANGE_SANCTIONED else "2026-04-20",
        "report_id": str(UUID(int=8)),
        "occurrence_id": str(UUID(int=9)),
        "review_id": str(UUID(int=10)),
        "certification_id": str(UUID(int=11)),
        "type": "rename",
        "happened_on": "2026-03-10",
        "evidence": "国家企业信用信息公示系统显示企业名称已变更",
        "reopened": False,
        "passed": False,
        "on_time": True,
        "late": False,
        "assisted": False,
        "opens": "2027-01-01",
        "valid_from": "2024-01-01",
        "valid_to": "2026-12-31",
        "window_opens": "2027-01-01",
        "window_closes": "2027-03-31",
        "previous_valid_to": "2026-12-31",
        "duties": [{"year": 2026, "due": "2026-04-30"}],
        "case": "review",
        "by": "authority",
        "office": "authority",
        "step": "bureau",
        "decided_by": "bureau",
        "correction_due": "2026-05-08",
        "defects": [
            {"field": "/economics/2025/revenue", "text": "营业收入与所附审计报告不一致，请核对后重新填写。"},
            {"field": "", "text": "缺少知识产权证书扫描件。"},
        ],
        "reason": "2026年度信息更新逾期未提交。",
        "opinion": "材料齐全，实地抽查情况与申报一致，同意。",
        "objection": "所报主导产品与企业实际经营不符。",
        "number": 1,
        "begins": "2026-04-20",
        "ends": "2026-04-27",
        "outcome": "approved",
        "choice": "revoke_eligibility",
        "sanctions": [{"title": "specialized", "outcome": "revoke_eligibility", "reason": "逾期42天，未说明理由"}],
        "decisions": [
            {"title": "specialized", "outcome": "retained", "reason": "仍符合认定标准。"},
            {"title": "little_giant", "outcome": "referred", "reason": "股权结构变化较大，报请核定。"},
        ],
        "reasons": [
            {
                "code": "profile_stale",
                "text": "2026年度信息更新未提交。",
                "text_en": "The 2026 annual update was not submitted.",
                "citation": refused,
            }
        ],
        "person": "吴思远",
        "until": "2026-12-31",
        "address": "lin.haiyan@firm.example",
        "answer": "550 5.1.1 no such mailbox",
        "dead": True,
        "contact_name": "林海燕",
        "contact_mobile": "13959201234",
        "level": "authority",
        "since": "2026-04-20",
    }


def _rule(kind: Kind) -> Rule:
    if kind is Kind.REVIEW_WINDOW:
        return Rule.REVIEW_WINDOW
    return RULES[kind.partition("_")[0]]
