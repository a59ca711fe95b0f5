"""A page of the sweep, a claim of mails, their marks: as many statements for many as for few."""

from contextlib import contextmanager

from sqlalchemy import event

from services.notifier.commands import posting
from services.notifier.commands.reminders import remind
from services.notifier.repository.mails import Outcome
from services.notifier.vocabulary import MessageState
from tests.integration.notifier.conftest import Firm


@contextmanager
def counted(it):
    """The statements that are sent to the database within the block."""
    sent = []

    def note(connection, cursor, statement, *_):
        sent.append(statement)

    engine = it.backend.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_sweeping_claiming_putting_back_and_marking_many_takes_what_few_take(notifier):
    costs = {}
    async with notifier("2026-03-31T10:00") as it:
        for count, authority in ((2, "XM-SM"), (11, "XM-HL")):
            firms = [Firm(authority) for _ in range(count)]
            await it.hear(*(told for firm in firms for told in (firm.registered(), firm.granted())))
            with counted(it) as sweeping:
                async with it.backend.work() as work:
                    assert await remind(work, it.service.settings) == count
            with counted(it) as claiming:
                letters = await claimed(it)
            with counted(it) as putting_back:
                async with it.backend.work() as work:
                    await posting.put_back(work, letters)
            with counted(it) as claiming_again:
                letters = await claimed(it)
            outcomes = [Outcome(mail.id, mail.attempts, MessageState.SENT, "250 OK") for mail in letters]
            with counted(it) as marking:
                async with it.backend.work() as work:
                    await posting.mark(work, it.service.settings, outcomes)
            assert len(letters) >= count
            costs[count] = [len(each) for each in (sweeping, claiming, putting_back, claiming_again, marking)]
            assert await it.rows("SELECT 1 FROM messages WHERE state <> 'sent'") == []
    assert costs[2] == costs[11], costs


async def claimed(it):
    async with it.backend.work() as work:
        _, letters = await posting.claim(work, it.service.settings, it.deliverers[0]._renderer)
    return letters
