"""`peiyu mail proof`: the record of what a firm was told, taken out of the notifier's database."""

import asyncio
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import true

from services.cli.databases import answering, databases
from services.notifier.proofs.archive import archive
from services.notifier.repository.proofs import MOST, Asked, evidence
from services.notifier.settings import NotifierSettings
from services.notifier.views.proofs import ProofOfNotice
from shared.messaging import Backend
from shared.regulation import Duty, Regulation, normalise_credit_code
from shared.runtime.clock import SystemClock, real_now
from shared.runtime.database import Database

NOTIFIER = "notifier"


class NoProof(Exception):
    """The record cannot be written"""


def write_proof(credit_code: str, duty: Duty | None, year: int | None, output: Path, data_dir: Path | None) -> int:
    """Write the proof into a ZIP; how many messages it tells of. Raises `NoProof`, `NoDatabase`."""
    asked = Asked(normalise_credit_code(credit_code), duty, year)
    with databases((NOTIFIER,), data_dir) as urls:
        return asyncio.run(_write(urls[NOTIFIER], asked, output))


async def _write(url: str, asked: Asked, output: Path) -> int:
    settings = NotifierSettings(database_url=SecretStr(url), auth_issuer="nobody logs in here")
    database = Database(url, of=NOTIFIER, pool=2, name="peiyu-proof")
    backend = Backend(NOTIFIER, database, SystemClock(), Regulation.load(settings.rules))
    try:
        with answering(NOTIFIER):
            proof = await _proof(backend, asked)
            with output.open("wb") as file:
                async for piece in archive(backend, settings, proof):
                    file.write(piece)
        return len(proof.notices) + len(proof.not_sent)
    finally:
        await database.close()


async def _proof(backend: Backend, asked: Asked) -> ProofOfNotice:
    async with backend.work() as work:
        found = await evidence(work.session, true(), asked)
    if found is None:
        raise NoProof(f"{asked.credit_code} is not known")
    if len(found.messages) > MOST:
        raise NoProof(f"A proof is made of at most {MOST} messages; name a duty and a year")
    return ProofOfNotice.of(found, asked, real_now())
