"""`Idempotency-Key`: the same request twice has one effect and one answer.

The key is kept in the transaction of the effect, so that there is no moment in which one exists without the other,
and no lock that a crash could leave behind.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import DateTime, LargeBinary, Text, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.messaging import Backend, Work
from shared.runtime.database import Infrastructure
from shared.web.auth import AccountDep, Caller
from shared.web.problems import InFlight, KeyReused


class IdempotencyKey(Infrastructure):
    """A key that was used: by whom, for which request, and what was answered."""

    __tablename__ = "idempotency_keys"

    caller: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Reply(BaseModel):
    """What a command answers: the body, its status and headers."""

    body: Any
    status: int = 200
    headers: dict[str, str] = {}

    def response(self) -> Response:
        body = self.body.model_dump_json() if isinstance(self.body, BaseModel) else None
        return Response(
            body.encode() if body is not None else b"",
            self.status,
            headers=self.headers,
            media_type="application/json" if body is not None else None,
        )


class Once:
    """One transaction for one request, repeated by nobody who sends the same `Idempotency-Key`."""

    def __init__(self, backend: Backend, caller: Caller, key: str | None, fingerprint: bytes) -> None:
        self._backend = backend
        self._caller = caller
        self._key = key
        self._fingerprint = fingerprint

    @property
    def caller(self) -> Caller:
        """Whose request it is."""
        return self._caller

    def of(self, item: str) -> "Once":
        """The same for one item of a request that does several things, each in a transaction of its own."""
        key = None if self._key is None else f"{self._key}/{item}"
        return Once(self._backend, self._caller, key, self._fingerprint)

    async def __call__(self, act: Callable[[Work], Awaitable[Reply]]) -> Response:
        """Run `act` in a transaction and answer its reply; or answer again what was answered before.

        Raises `KeyReused` where the key came with another request, `InFlight` while the first is being worked on,
        and whatever `act` raises: then nothing is kept and the key is free.
        """
        async with self._backend.work() as work:
            if self._key is None:
                return (await act(work)).response()
            locked = await work.session.scalar(
                text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"),
                {"name": f"{self._caller.subject}\n{self._key}"},
            )
            if not locked:
                raise InFlight("Repeat the request in a moment", headers={"Retry-After": "1"})
            used = await work.session.scalar(
                select(IdempotencyKey).where(
                    IdempotencyKey.caller == self._caller.subject, IdempotencyKey.key == self._key
                )
            )
            if used is not None:
                if used.fingerprint != self._fingerprint:
                    raise KeyReused("Take a new key for a new request")
                return Response(
                    used.body,
                    used.status,
                    headers={**used.headers, "Idempotent-Replayed": "true"},
                    media_type="application/json",
                )
            response = (await act(work)).response()
            work.session.add(
                IdempotencyKey(
                    caller=self._caller.subject,
                    key=self._key,
                    fingerprint=self._fingerprint,
                    status=response.status_code,
                    headers={
                        name: value
                        for name, value in response.headers.items()
                        if name not in ("content-length", "content-type")
                    },
                    body=bytes(response.body),
                )
            )
            return response


async def _once(
    request: Request,
    caller: AccountDep,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> Once:
    body = await request.body()
    request_line = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return Once(request.app.state.backend, caller, idempotency_key, hashlib.sha256(request_line + body).digest())


OnceDep = Annotated[Once, Depends(_once)]
