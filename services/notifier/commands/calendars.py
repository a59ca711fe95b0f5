"""What the mails of one claim tell the calendars of their mailboxes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from services.notifier import mailboxes
from services.notifier.domain import Entry, entry_uid, to_tell
from services.notifier.mail.calendar import calendars
from services.notifier.mail.rendering import Renderer
from services.notifier.mail.sections import Item
from services.notifier.models import Firm, Message
from services.notifier.repository import calendars as entries
from services.notifier.repository.calendars import Owed
from services.notifier.repository.obligations import Standing
from services.notifier.vocabulary import Kind
from shared.messaging import Work
from shared.regulation import Duty

Row = dict[str, Any]

ARISING: dict[Kind, tuple[Duty, str]] = {
    Kind.CHANGE_RETURNED: (Duty.RETURNED_CASE, "report_id"),
    Kind.REVIEW_RETURNED: (Duty.RETURNED_CASE, "review_id"),
    Kind.OCCURRENCE_RECORDED: (Duty.CHANGE_REPORT, "occurrence_id"),
}
"""News that tells of a duty when it arises: the duty, and the fact that has its subject."""


class Agenda:
    """What some mailboxes were told, what their firms owe, and, as mails are written, what they are told now."""

    def __init__(
        self,
        work: Work,
        sender: str,
        published: Mapping[str, Mapping[str, Entry]],
        lost: Collection[tuple[str, str]],
        owed: Iterable[Owed],
    ) -> None:
        self._work = work
        self._sender = sender
        self._published = published
        self._lost = lost
        self._owed: dict[str, list[Owed]] = {}
        for each in owed:
            self._owed.setdefault(each.credit_code, []).append(each)
        self.told: list[Row] = []

    @classmethod
    async def of(cls, work: Work, sender: str, names: Collection[str]) -> Self:
        """The agenda of the mailboxes with these names; officers' have none."""
        firms = {name: code for name in names if (code := mailboxes.firm_of(name)) is not None}
        if not firms:
            return cls(work, sender, {}, (), ())
        published: dict[str, dict[str, Entry]] = {}
        lost = set()
        for row, is_lost in await entries.published(work.session, firms):
            published.setdefault(row.mailbox, {})[row.uid] = Entry(row.sequence, row.due, row.cancelled)
            if is_lost:
                lost.add((row.mailbox, row.uid))
        return cls(work, sender, published, lost, await entries.owed(work.session, set(firms.values())))

    def tell(
        self,
        firm: Firm,
        items: Sequence[Item],
        about: Mapping[Any, Standing],
        renderer: Renderer,
        language: str,
        *,
        mail_id: UUID,
        stamp: datetime,
    ) -> list[str]:
        """The calendars that go with a mail of these items to a contact of the firm; noted as told.

        `about` has the obligations by id, `stamp` is the instant of the writing of the mail with `mail_id`. Raises what
        Jinja2 raises, KeyError for a missing fact.
        """
        mailbox = items[0].message.mailbox
        before = self._published.get(mailbox, {})
        lost = {uid for name, uid in self._lost if name == mailbox}
        again = {uid for item in items if (uid := _uid(item.message, about)) is not None}
        changes = to_tell(before, self._owed.get(firm.credit_code, []), again, self._work.today(), lost)
        occasions = [renderer.occasion(each, firm, language) for each in changes]
        self.told += [
            {
                "mailbox": mailbox,
                "uid": each.uid,
                "sequence": each.entry.sequence,
                "due": each.entry.due,
                "cancelled": each.entry.cancelled,
                "mail_id": mail_id,
            }
            for each in changes
            if before.get(each.uid) != each.entry or each.uid in lost
        ]
        return calendars(occasions, language, stamp, self._sender)

    async def keep(self) -> None:
        """Note what the mailboxes are told."""
        await entries.keep(self._work.session, self.told)


def _uid(message: Message, about: Mapping[Any, Standing]) -> str | None:
    """The name in calendars of what a message asks for."""
    if (obligation := about.get(message.obligation_id)) is not None:
        return entry_uid(obligation.duty, obligation.subject)
    if (arising := ARISING.get(Kind(message.kind))) is not None and arising[1] in message.facts:
        return entry_uid(arising[0], message.facts[arising[1]])
    return None
