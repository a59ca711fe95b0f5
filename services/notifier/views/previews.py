"""Mails to look at."""

from typing import Self

from pydantic import BaseModel

from services.notifier.mail.previews import Preview
from services.notifier.vocabulary import Audience, Kind


class PreviewedKind(BaseModel):
    """A kind of mail and whom it goes to; the stages of one that reminds, the mildest first."""

    kind: Kind
    audience: Audience
    stages: list[str]


class PreviewedKinds(BaseModel):
    """Every kind of mail."""

    items: list[PreviewedKind]


class MailPreview(BaseModel):
    """A mail with sample data. `calendars` are the iCalendar objects with it, `template` the version of its words."""

    kind: Kind
    audience: Audience
    language: str
    stage: str | None
    subject: str
    text: str
    html: str
    calendars: list[str]
    template: str

    @classmethod
    def of(cls, preview: Preview) -> Self:
        return cls(
            kind=preview.kind,
            audience=preview.audience,
            language=preview.language,
            stage=preview.stage or None,
            subject=preview.mail.subject,
            text=preview.mail.text,
            html=preview.mail.html,
            calendars=preview.calendars,
            template=preview.template,
        )
