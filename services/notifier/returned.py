"""Mail that came back, taken from a Maildir into which the mail server for our sender's address delivers."""

import asyncio
from pathlib import Path

from services.notifier.commands import reports
from services.notifier.mail.errors import NotAReport
from services.notifier.mail.reports import LARGEST
from shared.messaging import Backend
from shared.runtime.logs import logger

BATCH = 100
SEEN, FLAGGED = "S", "F"


class Returned:
    """Takes in what is new in a Maildir, which may not be there yet.

    A report that was taken in is marked as seen; what is no report is marked as flagged, and left to whoever looks
    after the folder. Several may watch one folder: a report has its effect once.
    """

    def __init__(self, backend: Backend, folder: Path) -> None:
        self._backend = backend
        self._folder = folder

    async def round(self) -> int:
        """Take in some of what is new; how much was."""
        taken = 0
        for name in await asyncio.to_thread(self._new):
            content = await asyncio.to_thread(self._content, name)
            if content is None:
                continue
            try:
                async with self._backend.work() as work:
                    await reports.take_in(work, content)
            except NotAReport as error:
                logger(__name__).warning("no delivery report, left in the folder", file=name, error=str(error))
                taken += await asyncio.to_thread(self._moved, name, FLAGGED)
            else:
                taken += await asyncio.to_thread(self._moved, name, SEEN)
        return taken

    def _new(self) -> list[str]:
        try:
            names = sorted(each.name for each in (self._folder / "new").iterdir() if not each.name.startswith("."))
        except FileNotFoundError:
            return []
        return names[:BATCH]

    def _content(self, name: str) -> bytes | None:
        """The message; None where another one has taken it."""
        try:
            with (self._folder / "new" / name).open("rb") as file:
                return file.read(LARGEST + 1)
        except FileNotFoundError:
            return None

    def _moved(self, name: str, flag: str) -> bool:
        """Move a message to where those are that were looked at; False where another one has."""
        looked_at = self._folder / "cur"
        looked_at.mkdir(exist_ok=True)
        try:
            (self._folder / "new" / name).rename(looked_at / f"{name.partition(':')[0]}:2,{flag}")
        except FileNotFoundError:
            return False
        return True
