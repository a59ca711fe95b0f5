"""Mails as their readers would get them, with sample data: to look at, not to send."""

from dataclasses import dataclass
from datetime import datetime

from services.notifier.domain import Entry, Told, entry_uid
from services.notifier.mail.calendar import calendars
from services.notifier.mail.composing import compose
from services.notifier.mail.rendering import Rendered, Renderer
from services.notifier.mail.samples import ADDRESSEES, catalogue, firm, owed, sample, stages
from services.notifier.models import Mail, Message
from services.notifier.vocabulary import REMINDING, Audience, Kind
from shared.regulation import Regulation, start_of_day

RECIPIENTS = {Audience.FIRM: "lin.haiyan@firm.example", Audience.OFFICERS: "xm-sm@authority.example"}


class NoSuchMail(LookupError):
    """No mail of that kind goes to that audience, or at that stage"""


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail with sample data, with the version of its template."""

    kind: Kind
    audience: Audience
    language: str
    stage: str
    mail: Rendered
    calendars: list[str]
    template: str
    message: Message
    written_at: datetime

    def composed(self, sender: str, reply_to: str | None = None) -> bytes:
        """As it would go over the wire."""
        mail = Mail(
            id=self.message.id,
            mailbox=self.message.mailbox,
            recipient=RECIPIENTS[self.audience],
            language=self.language,
            subject=self.mail.subject,
            text=self.mail.text,
            html=self.mail.html,
            kinds=list(self.mail.kinds),
            threads=list(self.mail.threads),
            calendars=self.calendars,
            created_at=self.written_at,
        )
        return compose(mail, sender, reply_to)


def audiences(kind: Kind) -> tuple[Audience, ...]:
    """Whom a kind of mail goes to, firms before officers."""
    return tuple(audience for each, audience in catalogue() if each is kind)


def preview(
    renderer: Renderer,
    regulation: Regulation,
    kind: Kind,
    *,
    audience: Audience | None,
    language: str,
    stage: str | None,
    sender: str,
) -> Preview:
    """A kind of mail; by default to the first of its audiences, at its mildest stage. Raises `NoSuchMail`."""
    audience = audience or audiences(kind)[0]
    if audience not in audiences(kind):
        raise NoSuchMail(f"{kind} goes to {', '.join(audiences(kind))} only")
    known = stages(regulation, kind)
    if stage not in (None, *known):
        raise NoSuchMail(f"{kind} has " + (f"the stages {', '.join(known)}" if any(known) else "no stages"))
    shown = sample(regulation, kind, audience, known[0] if stage is None else stage)
    message, written_at = shown.item.message, start_of_day(shown.today)
    occasions = []
    if audience is Audience.FIRM and kind in REMINDING:
        each = owed(message)
        told = Told(entry_uid(each.duty, each.subject), Entry(0, each.due), each)
        occasions.append(renderer.occasion(told, firm(), language))
    return Preview(
        kind=kind,
        audience=audience,
        language=language,
        stage=message.stage,
        mail=renderer.render([shown.item], language, shown.today, ADDRESSEES[audience]),
        calendars=calendars(occasions, language, written_at, sender),
        template=renderer.version(kind, audience, language),
        message=message,
        written_at=written_at,
    )
