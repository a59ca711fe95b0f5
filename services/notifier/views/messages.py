"""Messages as they are answered."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from services.notifier.models import Mail, Message
from services.notifier.views.base import View
from services.notifier.vocabulary import Audience, Kind, MessageState, Reason
from shared.runtime.logs import masked

OF_THE_MAIL = ("subject", "text", "html", "sent_at", "server_answer")


class MessageView(View):
    """One thing that was told, and what became of the mail that carries it, which may carry others too.

    `credit_code` is null where it went to an authority's officers. `at` is the business instant of its writing;
    `sent_at` is real time.
    """

    id: UUID
    kind: Kind
    state: MessageState
    reason: Reason | None
    mail_id: UUID | None
    subject: str | None
    recipient: str | None
    audience: Audience
    credit_code: str | None
    authority: str
    stage: str | None
    due: date | None
    at: datetime
    sent_at: datetime | None
    attempts: int
    server_answer: str | None

    @classmethod
    def of(cls, message: Message, mail: Mail | None, *, mask: bool) -> Self:
        shown = {name: getattr(message, name, None) for name in cls.model_fields}
        shown |= {name: getattr(mail, name, None) for name in OF_THE_MAIL if name in cls.model_fields}
        shown |= {"stage": message.stage or None, "attempts": mail.attempts if mail else 0}
        if mask:
            shown |= {name: masked(str(shown[name])) for name in ("recipient", "server_answer") if shown[name]}
        return cls.model_validate(shown)


class MessageDetail(MessageView):
    """A mail with what it says; null until it was put into words."""

    text: str | None
    html: str | None
