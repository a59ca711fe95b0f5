"""Proof of notice as a file: a ZIP that can be printed, read by a program, and checked without this platform."""

import hashlib
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from datetime import datetime
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from services.notifier.mail.composing import compose
from services.notifier.mail.errors import Unsendable
from services.notifier.mail.wording import WORDS
from services.notifier.proofs.wording import KINDS, STATES
from services.notifier.repository import proofs
from services.notifier.settings import NotifierSettings
from services.notifier.views.proofs import ProofOfNotice
from shared.messaging import Backend
from shared.regulation import SHANGHAI
from shared.web.outlets import Outlet

PAGE = 20
"""Mails that are in memory at a time."""


async def archive(backend: Backend, settings: NotifierSettings, proof: ProofOfNotice) -> AsyncGenerator[bytes, None]:
    """The ZIP, sent while it is written: each mail as it was composed, each report as it came, what they prove.

    `SHA256SUMS` names every other file, as `sha256sum -c` reads it.
    """
    book = _Archive()
    otherwise = set()
    ids = [mail.id for mail in proof.mails]
    for first in range(0, len(ids), PAGE):
        async with backend.work() as work:
            for mail, reports in await proofs.contents(work.session, ids[first : first + PAGE]):
                with suppress(Unsendable):  # what could not be sent has its state and its reason, and no file
                    content = compose(mail, mail.sender or settings.sender, settings.reply_to)
                    if book.add(f"mails/{mail.id}.eml", content) != mail.sha256:
                        otherwise.add(mail.id)
                for report in reports:
                    if report.content is not None:
                        book.add(f"reports/{report.id}.eml", report.content)
        yield book.written()
    book.add("proof.json", proof.model_dump_json(indent=2).encode())
    book.add("proof.html", page(proof, backend, otherwise).encode())
    book.close()
    yield book.written()


def page(proof: ProofOfNotice, backend: Backend, otherwise: Collection[UUID]) -> str:
    """The record to be printed, in Chinese; `otherwise` are mails whose files are not what the server took."""
    environment = Environment(
        loader=PackageLoader("services.notifier"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    regulation = backend.regulation
    authority = regulation.authorities.get(proof.authority)
    return environment.get_template("proof.html").render(
        proof=proof,
        authority=authority.name if authority else proof.authority,
        mails={mail.id: mail for mail in proof.mails},
        otherwise=otherwise,
        words=WORDS["zh-CN"],
        kinds=KINDS,
        states=STATES,
        local=_local,
    )


def _local(instant: datetime | None) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if instant else ""


class _Archive:
    """A ZIP in the making, with the sums of what is in it as its last file."""

    def __init__(self) -> None:
        self._outlet = Outlet()
        self._zip = ZipFile(self._outlet, "w", ZIP_DEFLATED)
        self._sums: list[str] = []

    def add(self, name: str, content: bytes) -> str:
        """Write a file; its sum."""
        digest = hashlib.sha256(content).hexdigest()
        self._sums.append(f"{digest}  {name}\n")
        self._write(name, content)
        return digest

    def written(self) -> bytes:
        """What has been written since the last call."""
        return self._outlet.take()

    def close(self) -> None:
        """Write the sums and the end."""
        self._write("SHA256SUMS", "".join(self._sums).encode())
        self._zip.close()

    def _write(self, name: str, content: bytes) -> None:
        file = ZipInfo(name)
        file.compress_type = ZIP_DEFLATED
        self._zip.writestr(file, content)
