"""Proof of notice (送达证明): the record of what a firm was told, as it is answered and exported."""

import hashlib
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel

from services.notifier.mail.composing import message_id_of
from services.notifier.models import DeliveryReport, Mail, Message
from services.notifier.reasons import sentence
from services.notifier.repository.proofs import Asked, Evidence
from services.notifier.views.base import View
from services.notifier.views.timeline import TimelineView
from services.notifier.vocabulary import Kind, MessageState, ObligationState, Reason
from shared.contracts import Citation
from shared.regulation import Duty

SAYS = (
    "本记录由平台按留存数据生成。“已发送”指收件方的邮件服务器或中转服务器已接收该邮件（附其应答）；“已送达”“已退回”指收到了"
    "邮件系统出具的送达报告、退信报告。本记录不证明收件人已阅读邮件；投递报告以收到时的原样保存，其真实性未经平台核验。"
)
SAYS_EN = (
    "This record is made from what the platform keeps. “Sent” means that the recipient's mail server, or one on its "
    "way, took the mail; its answer is given. “Delivered” and “bounced” mean that a mail system reported so. It does "
    "not prove that anybody read the mail. Reports are kept as they came; whether they are genuine was not examined."
)

WENT_OUT = {MessageState.SENT, MessageState.DELIVERED, MessageState.BOUNCED}


class ProvenObligation(View):
    """Something the firm owed by a date; a date that moved is another one with the same `subject`."""

    id: UUID
    duty: Duty
    subject: str
    year: int | None
    nominal_due: date
    due: date
    state: ObligationState
    opened_at: datetime
    closed_at: datetime | None
    citation: Citation
    facts: dict[str, Any]


class ProvenReport(View):
    """What a mail system reported of a mail; in an export `file` is the report as it came."""

    id: UUID
    recipient: str | None
    action: str
    status: str | None
    diagnostic: str | None
    received_at: datetime
    file: str

    @classmethod
    def of(cls, report: DeliveryReport) -> Self:
        told = {name: getattr(report, name) for name in cls.model_fields if name != "file"}
        return cls.model_validate(told | {"file": f"reports/{report.id}.eml"})


class ProvenMail(View):
    """A mail as it was handed to the mail server, and the sum of the bytes that the server took.

    In an export `file` is the mail composed anew. It has that sum, unless the platform composes otherwise since. `at`
    is the business instant of its writing, `created_at` (its Date) and `sent_at` are real time.
    """

    id: UUID
    message_id: str | None
    sender: str | None
    recipient: str
    language: str
    subject: str
    text_sha256: str
    state: MessageState
    at: datetime
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    server_answer: str | None
    sha256: str | None
    reports: list[ProvenReport]
    file: str

    @classmethod
    def of(cls, mail: Mail, reports: list[ProvenReport]) -> Self:
        made = {"message_id", "text_sha256", "reports", "file"}
        return cls.model_validate(
            {name: getattr(mail, name) for name in cls.model_fields if name not in made}
            | {
                "message_id": message_id_of(mail.id, mail.sender) if mail.sender else None,
                "text_sha256": hashlib.sha256(mail.text.encode()).hexdigest(),
                "reports": reports,
                "file": f"mails/{mail.id}.eml",
            }
        )


class ProvenNotice(View):
    """One thing that the firm was told, or was not told and why. `citation` is the article that it rests on."""

    id: UUID
    kind: Kind
    stage: str | None
    due: date | None
    at: datetime
    state: MessageState
    reason: Reason | None
    reason_text: str | None
    reason_text_en: str | None
    again: int
    resend_reason: str | None
    template: str | None
    citation: Citation
    obligation_id: UUID | None
    mail_id: UUID | None

    @classmethod
    def of(cls, message: Message) -> Self:
        text, text_en = sentence(message.reason)
        return cls.model_validate(
            {name: getattr(message, name, None) for name in cls.model_fields}
            | {
                "stage": message.stage or None,
                "reason_text": text,
                "reason_text_en": text_en,
                "citation": message.facts["citation"],
            }
        )


class ProofOfNotice(BaseModel):
    """What a firm was told of a duty, a case or a sanction: what went out, what did not and why, what came back.

    `says` tells what this proves, and what it does not. `made_at` is real time, as are the times of mails.
    """

    credit_code: str
    enterprise_name: str
    authority: str
    duty: Duty | None
    year: int | None
    case: UUID | None
    made_at: datetime
    says: str
    says_en: str
    obligations: list[ProvenObligation]
    sanctions: list[TimelineView]
    notices: list[ProvenNotice]
    not_sent: list[ProvenNotice]
    mails: list[ProvenMail]

    @classmethod
    def of(cls, evidence: Evidence, asked: Asked, made_at: datetime) -> Self:
        reports: dict[UUID | None, list[ProvenReport]] = {}
        for report in evidence.reports:
            reports.setdefault(report.mail_id, []).append(ProvenReport.of(report))
        told = [ProvenNotice.of(message) for message in evidence.messages]
        return cls(
            credit_code=evidence.firm.credit_code,
            enterprise_name=evidence.firm.name,
            authority=evidence.firm.authority,
            duty=asked.duty,
            year=asked.year,
            case=asked.case,
            made_at=made_at,
            says=SAYS,
            says_en=SAYS_EN,
            obligations=[ProvenObligation.model_validate(each) for each in evidence.obligations],
            sanctions=[TimelineView.of(each) for each in evidence.sanctions],
            notices=[each for each in told if each.state in WENT_OUT],
            not_sent=[each for each in told if each.state not in WENT_OUT],
            mails=[ProvenMail.of(mail, reports.get(mail.id, [])) for mail in evidence.mails],
        )
