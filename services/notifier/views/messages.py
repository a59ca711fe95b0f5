"""Messages as they are answered."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from services.notifier.mail.composing import message_id_of
from services.notifier.models import DeliveryReport, Mail, Message
from services.notifier.reasons import sentence
from services.notifier.views.base import View
from services.notifier.views.reports import DeliveryReportView
from services.notifier.vocabulary import Audience, Kind, MessageState, Reason
from shared.runtime.logs import masked

OF_THE_MAIL = ("subject", "text", "html", "calendars", "sent_at", "server_answer")


class MessageView(View):
    """One thing that was told, and what became of the mail that carries it, which may carry others too.

    `credit_code` is null where it went to an authority's officers, `enterprise_name` what the firm was called then.
    `at` is the business instant of its writing, `not_before` the one before which it does not go out; `sent_at` is real
    time. `reason` says why it was not sent, or not yet. `again` counts how often it was sent anew, `resend_reason` says
    why; `template` is the version of the template that worded it, `message_id` the Message-ID of its mail.
    """

    id: UUID
    kind: Kind
    state: MessageState
    reason: Reason | None
    reason_text: str | None
    reason_text_en: str | None
    mail_id: UUID | None
    message_id: str | None
    subject: str | None
    recipient: str | None
    audience: Audience
    credit_code: str | None
    enterprise_name: str | None
    authority: str
    obligation_id: UUID | None
    stage: str | None
    due: date | None
    at: datetime
    not_before: datetime
    again: int
    resend_reason: str | None
    template: str | None
    sent_at: datetime | None
    attempts: int
    server_answer: str | None

    @classmethod
    def of(cls, message: Message, mail: Mail | None, *, mask: bool) -> Self:
        return cls.model_validate(cls._shown(message, mail, mask=mask))

    @classmethod
    def _shown(cls, message: Message, mail: Mail | None, *, mask: bool) -> dict[str, Any]:
        shown = {name: getattr(message, name, None) for name in cls.model_fields}
        shown |= {name: getattr(mail, name, None) for name in OF_THE_MAIL if name in cls.model_fields}
        shown["stage"] = message.stage or None
        shown["enterprise_name"] = message.facts.get("enterprise_name")
        shown["reason_text"], shown["reason_text_en"] = sentence(message.reason)
        shown["attempts"] = mail.attempts if mail else 0
        shown["message_id"] = message_id_of(mail.id, mail.sender) if mail and mail.sender else None
        if mask:
            shown |= {name: masked(str(shown[name])) for name in ("recipient", "server_answer") if shown[name]}
        return shown


class CompanionView(View):
    """Another message in the same mail."""

    id: UUID
    kind: Kind
    state: MessageState
    stage: str
    due: date | None


class MessageDetail(MessageView):
    """A message with what its mail says, null until it was put into words; and with what became of the mail.

    `calendars` are the iCalendar objects that went with it, `in_the_same_mail` the other messages that it carries.
    """

    text: str | None
    html: str | None
    calendars: list[str]
    delivery_reports: list[DeliveryReportView]
    in_the_same_mail: list[CompanionView]

    @classmethod
    def with_mail(
        cls,
        message: Message,
        mail: Mail | None,
        reports: Sequence[DeliveryReport],
        others: Sequence[Message],
        *,
        mask: bool,
    ) -> Self:
        return cls.model_validate(
            cls._shown(message, mail, mask=mask)
            | {
                "calendars": mail.calendars if mail else [],
                "delivery_reports": [DeliveryReportView.of(each, mask=mask) for each in reports],
                "in_the_same_mail": [CompanionView.model_validate(each) for each in others],
            }
        )
