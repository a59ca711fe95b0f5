"""What can go wrong on the way of a mail: an SMTP server that at a chosen step refuses, is silent, or hangs up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, Envelope, Session

HANG = "hang"
"""Says nothing until the other side hangs up."""

DROP = "drop"
"""Breaks the connection without a word."""

_CLOSING = "421"
_DSN = frozenset({"RET", "ENVID", "NOTIFY", "ORCPT"})


class Step(Enum):
    """Where in the life of a connection something goes wrong, in their order.

    `CONTENT` is in the middle of a mail's content. At `DOT` the server has the whole mail and has not taken it, at
    `TAKEN` it has taken it and has not said so.
    """

    CONNECT = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    CONTENT = auto()
    DOT = auto()
    TAKEN = auto()


@dataclass
class Fault:
    """At a step the server refuses with an answer, or is silent (`HANG`), or breaks the connection (`DROP`).

    After an answer that begins with 421, and after any at `CONNECT`, it hangs up. `to` is the address of the
    recipient whom it concerns, known from `RCPT` on; None concerns all. The first `after` times all goes well, then it
    happens `times` times; None: always.
    """

    step: Step
    answer: str
    to: str | None = None
    times: int | None = 1
    after: int = 0

    def happens(self, step: Step, recipients: Sequence[str]) -> bool:
        """Whether it happens now."""
        if step != self.step or self.times == 0 or (self.to is not None and self.to not in recipients):
            return False
        if self.after:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """The faults that are still to happen, the first that fits at each step."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def take(self, step: Step, recipients: Sequence[str]) -> Fault | None:
        """What goes wrong now, if anything does."""
        return next((fault for fault in self.waiting if fault.happens(step, recipients)), None)


class FaultySMTP(SMTP):
    """A connection on which faults happen. With `dsn` it announces delivery status notifications (RFC 3461)."""

    def __init__(self, handler: Any, *, faults: Faults, dsn: bool = False, **options: Any) -> None:
        super().__init__(handler, enable_SMTPUTF8=True, **options)
        self._faults = faults
        self.dsn = dsn

    async def meet(self, step: Step, recipients: Sequence[str] = ()) -> str | Any:
        """What is answered at a step instead of the usual, `MISSING` where all is well.

        Does not return where the connection ends by it.
        """
        fault = self._faults.take(step, recipients)
        if fault is None:
            return MISSING
        assert self.transport is not None
        if fault.answer == DROP:
            self.transport.abort()
        elif fault.answer == HANG:
            self._reset_timeout(24 * 3600)
        elif step == Step.CONNECT or fault.answer.startswith(_CLOSING):
            await self.push(fault.answer)
            self.transport.close()
        else:
            return fault.answer
        await asyncio.Event().wait()  # the end of the connection cancels this
        raise AssertionError

    async def _handle_client(self) -> None:
        await self.meet(Step.CONNECT)
        await super()._handle_client()

    async def smtp_MAIL(self, arg: str | None) -> None:
        answer = await self.meet(Step.MAIL)
        await (super().smtp_MAIL(arg) if answer is MISSING else self.push(answer))

    async def smtp_DATA(self, arg: str) -> None:
        assert self.envelope is not None
        answer = await self.meet(Step.DATA, self.envelope.rcpt_tos)
        if answer is MISSING:
            await super().smtp_DATA(arg)
        else:
            await self.push(answer)

    async def push(self, status: Any) -> None:
        await super().push(status)
        if isinstance(status, str) and status.startswith("354"):
            assert self.envelope is not None
            await self.meet(Step.CONTENT, self.envelope.rcpt_tos)

    def eof_received(self) -> bool:
        super().eof_received()
        return False  # who hangs up is gone, even before the connection was looked at

    def _getparams(self, params: Sequence[str]) -> dict[str, str | bool] | None:
        known = [each for each in params if not (self.dsn and each.partition("=")[0] in _DSN)]
        return super()._getparams(known)


class Taker:
    """What a server does with the mail that it takes: `take`, unless a fault comes before or after.

    `pipelining`: whether it announces that it takes commands together (RFC 2920).
    """

    pipelining = True

    def take(self, server: FaultySMTP, envelope: Envelope) -> str | Any:
        """Keep a mail; a refusal where it is not kept, else `MISSING`."""
        raise NotImplementedError

    async def handle_EHLO(
        self, server: FaultySMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        announced = {"250-DSN": server.dsn, "250-PIPELINING": self.pipelining}
        return [*responses[:-1], *(each for each, true in announced.items() if true), responses[-1]]

    async def handle_RCPT(
        self, server: FaultySMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str | Any:
        return await server.meet(Step.RCPT, [address])

    async def handle_DATA(self, server: FaultySMTP, session: Session, envelope: Envelope) -> str | Any:
        for step in (Step.DOT, Step.TAKEN):
            answer = await server.meet(step, envelope.rcpt_tos)
            if answer is MISSING and step == Step.DOT:
                answer = self.take(server, envelope)
            if answer is not MISSING:
                return answer
        return MISSING


class FaultyController(Controller):
    """Listens in a thread of its own, where each connection is a `FaultySMTP`."""

    def __init__(self, taker: Taker, *, faults: Faults, dsn: bool, hostname: str, port: int) -> None:
        self._faults, self._dsn = faults, dsn
        self._open: list[FaultySMTP] = []
        super().__init__(taker, hostname=hostname, port=port)

    def factory(self) -> FaultySMTP:
        self._open = [each for each in self._open if each.transport is not None]
        self._open.append(FaultySMTP(self.handler, faults=self._faults, dsn=self._dsn))
        return self._open[-1]

    def stop(self, no_assert: bool = False) -> None:
        """Refuse connections, and break those that are open."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(10)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        assert self.server is not None
        self.server.close()
        for connection in self._open:
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)
