"""Whatever a mail server does wrong, each mail has the state that follows, and the rest flows on."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from tests.conftest import eventually
from tests.infrastructure.smtp_faults import DROP, HANG, Step
from tests.integration.notifier.conftest import Firm

AN_HOUR = 3600.0


@pytest.fixture
def office(notifier):
    """`async with office() as it`: a notifier with firms that get one mail each, `it.delivering()` to let them go out."""

    @asynccontextmanager
    async def start(count=5, **settings):
        own = {"mail_interval": 0.02, "mail_retry_base": AN_HOUR, "mail_retry_longest": 8 * AN_HOUR}
        async with notifier("2026-05-01T00:00", **own | settings) as it:

            async def tell(*firms):
                await it.hear(*(told for firm in firms for told in (firm.registered(), firm.revoked())))

            async def mails(*firms):
                """State, reason and tries of each firm's mail; of one that was never on its way all is None."""
                addresses = [firm.email for firm in firms or it.firms]
                found = await it.rows("SELECT recipient, state, reason, attempts FROM mails")
                by_address = {address: tuple(rest) for address, *rest in found}
                return [by_address.get(address, (None, None, None)) for address in addresses]

            async def have(*expected, of=()):
                async def look():
                    return set(await mails(*of)) <= set(expected)

                await eventually(look)

            async def time_passes(days=0.0):
                """What waits was written so much earlier than it was, and is to be tried now."""
                async with it.backend.work() as work:
                    older = f"created_at = created_at - make_interval(secs => {days * 86400}), next_try_at = now()"
                    await work.session.execute(text(f"UPDATE mails SET {older} WHERE state = 'queued'"))

            @asynccontextmanager
            async def delivering():
                stopping = asyncio.Event()
                work = asyncio.create_task(it.deliverers[0].run(stopping))
                try:
                    yield
                finally:
                    stopping.set()
                    await work

            it.tell, it.mails, it.have, it.time_passes, it.delivering = tell, mails, have, time_passes, delivering
            it.received = lambda *firms: [len(it.mail.sent_to(firm.email)) for firm in firms]
            it.firms = [Firm() for _ in range(count)]
            await tell(*it.firms)
            yield it

    return start


@dataclass(frozen=True)
class Case:
    """A fault that one mail meets, and the state and reason that follow; `taken`: the server has it all the same."""

    step: Step
    answer: str
    state: str = "queued"
    reason: str | None = None
    taken: int = 0


CASES = (
    Case(Step.RCPT, "421 4.3.2 going down"),
    Case(Step.RCPT, "450 4.2.1 busy"),
    Case(Step.RCPT, "550 5.1.1 no such mailbox", "failed", "refused"),
    Case(Step.RCPT, DROP),
    Case(Step.DATA, "421 4.3.2 going down"),
    Case(Step.DATA, "451 4.3.0 try later"),
    Case(Step.DATA, "554 5.5.1 no valid recipients", "failed", "refused"),
    Case(Step.DATA, DROP),
    Case(Step.CONTENT, DROP),
    Case(Step.DOT, "421 4.3.2 going down"),
    Case(Step.DOT, "452 4.3.1 full"),
    Case(Step.DOT, "554 5.7.1 no spam", "failed", "refused"),
    Case(Step.DOT, DROP),
    Case(Step.TAKEN, "451 4.3.0 said of what was taken", taken=1),
    Case(Step.TAKEN, DROP, taken=1),
)


@pytest.mark.parametrize("alone", [False, True], ids=["one after the other", "each after one that goes well"])
@pytest.mark.parametrize("together", [False, True], ids=["commands one by one", "commands together"])
async def test_a_mail_that_meets_a_fault_waits_or_has_failed_and_the_others_go_out(office, alone, together):
    async with office(count=2 * len(CASES), mail_connections=20) as it:
        it.mail.pipelining = together
        unlucky = dict(zip(CASES, it.firms[1::2] if alone else it.firms[: len(CASES)], strict=True))
        others = [firm for firm in it.firms if firm not in unlucky.values()]
        for case, firm in unlucky.items():
            it.mail.fault(case.step, case.answer, to=firm.email, times=None)
        async with it.delivering():
            await it.have(("sent", None, 1), of=others)
            for case, firm in unlucky.items():
                await it.have((case.state, case.reason, 1), of=[firm])
                (message,) = await it.items(f"/messages?credit_code={firm.code}")
                assert message["state"] == case.state
                assert message["server_answer"] == case.answer or case.answer == DROP
            assert it.received(*unlucky.values()) == [case.taken for case in CASES]
            it.mail.mend()
            await it.time_passes()
            for case, firm in unlucky.items():
                waited = case.state == "queued"
                await it.have(("sent", None, 2) if waited else (case.state, case.reason, 1), of=[firm])
                assert it.received(firm) == [case.taken + waited]
                assert len({mail["Message-ID"] for mail in it.mail.sent_to(firm.email)}) <= 1
        assert it.received(*others) == [1] * len(others)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (Step.CONNECT, "421 4.3.2 going down"),
        (Step.CONNECT, "554 5.3.2 no mail here"),
        (Step.CONNECT, DROP),
    ],
)
async def test_a_connection_that_does_not_come_about_is_no_try_of_any_mail(office, step, answer):
    async with office() as it:
        it.mail.fault(step, answer)
        async with it.delivering():
            await it.have(("sent", None, 1))
        assert it.received(*it.firms) == [1] * 5


async def test_a_server_that_ends_connections_after_some_mails_gets_the_rest_over_new_ones(office):
    async with office(count=9) as it:
        for gone_well in (2, 4, 6):
            it.mail.fault(Step.MAIL, "421 4.7.0 enough for one connection", after=gone_well)
        async with it.delivering():
            await it.have(("sent", None, 1))
        assert it.received(*it.firms) == [1] * 9


async def test_a_server_that_falls_silent_holds_up_nobody_but_whom_it_is_silent_to(office):
    async with office(count=12, smtp_timeout=2) as it:
        silent, others = it.firms[:3], it.firms[3:]
        for step, firm in zip((Step.RCPT, Step.DATA, Step.DOT), silent, strict=True):
            it.mail.fault(step, HANG, to=firm.email)
        async with it.delivering():
            await it.have(("sent", None, 1), of=others)
            await it.have(("queued", None, 1), of=silent)
            await it.time_passes()
            await it.have(("sent", None, 2), of=silent)
        assert it.received(*it.firms) == [1] * 12


async def test_while_a_server_is_down_for_an_hour_nothing_is_tried_and_then_everything_goes_out_once(office):
    async with office(mail_retry_base=0) as it:
        async with it.delivering():
            await it.have(("sent", None, 1))
            it.mail.down()
            more = [Firm() for _ in range(20)]
            await it.tell(*more)
            await it.have(("queued", None, 0), of=more)
            await it.time_passes(days=1 / 24)
            await it.have(("queued", None, 0), of=more)
            it.mail.up()
            await it.have(("sent", None, 1), of=more)
        assert it.received(*it.firms, *more) == [1] * 25
        written = {at.replace(microsecond=0) for (at,) in await it.rows("SELECT created_at FROM mails")}
        assert {mail["Date"].datetime for mail in it.mail.messages} == written


async def test_what_is_refused_for_now_waits_longer_each_time_and_is_given_up_after_some_days(office):
    async with office(count=1, mail_retry_days=4) as it:
        it.mail.fault(Step.RCPT, "450 4.2.1 busy", times=None)
        async with it.delivering():
            for attempt, hours in ((1, 1), (2, 2), (3, 4), (4, 8), (5, 8)):
                await it.have(("queued", None, attempt))
                ((wait,),) = await it.rows("SELECT extract(epoch FROM next_try_at - now())::float / 3600 FROM mails")
                assert hours - 0.5 < wait <= hours
                await it.time_passes(days=0.9)
            await it.have(("failed", "given_up", 6))
        assert it.mail.messages == []
