"""Uploaded lists of titles (名单导入): taken at once, worked on in the background, each in one transaction."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import uuid_utils.compat as uuid7s

from services.reviews.commands.grants import grant_many
from services.reviews.list_files import COLUMNS, read_list
from services.reviews.lists import GrantRow, RowChecker
from services.reviews.models import CertificationImport, ImportProgress
from services.reviews.repository import imports
from services.reviews.vocabulary import ImportStatus
from shared.messaging import Backend, Work
from shared.regulation import Regulation
from shared.runtime.acting import Act, Actor, acting
from shared.runtime.database import database_is_down
from shared.runtime.logs import logger
from shared.web.caller import Caller, Role

CHUNK = 1000
TRIES = 3
LOOK = 0.2

Checked = tuple[list[tuple[int, GrantRow]], list[dict[str, Any]]]


async def upload(
    work: Work, content: bytes, file_name: str, caller: Caller, *, keep_good: bool, duties_from: date | None
) -> tuple[CertificationImport, ImportProgress]:
    """Keep a list to be worked on."""
    job = CertificationImport(
        id=uuid7s.uuid7(),
        status=ImportStatus.QUEUED,
        file_name=file_name,
        content=content,
        keep_good=keep_good,
        duties_from=duties_from,
        uploaded_by=caller.subject,
        uploaded_by_name=caller.name,
        uploaded_at=work.now(),
        finished_at=None,
        rows=0,
        created=0,
        unchanged=0,
        errors=[],
    )
    work.session.add(job)
    await work.session.flush()
    progress = ImportProgress(import_id=job.id, rows=0, done=0, attempts=0)
    work.session.add(progress)
    return job, progress


async def run_imports(backend: Backend, stopping: asyncio.Event) -> None:
    """Work on waiting lists until `stopping`; any number of replicas may."""
    while not stopping.is_set():
        try:
            if await import_next(backend):
                continue
        except Exception as error:
            if not database_is_down(error):
                raise
            logger(__name__).warning("database down, imports wait", error=str(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), LOOK)


async def import_next(backend: Backend) -> bool:
    """Work on the list that has waited longest; False where none waits.

    A list is kept whole or, where it says so, its good rows are. Its row stays locked meanwhile, so its progress is
    written beside it.
    """
    async with backend.work() as work:
        job = await imports.next_queued(work.session)
        if job is None:
            return False
        async with backend.work() as beside:
            tries = await imports.begin(beside.session, job.id)
        if tries > TRIES:
            failed = _defect(0, None, "", "多次处理失败，请联系运维人员", "It failed repeatedly; ask the operator")
            _finish(work, job, ImportStatus.FAILED, [failed])
            return True
        good, errors = await asyncio.to_thread(_check, job.content or b"", work.regulation)
        with acting(Act("import_list", Actor(job.uploaded_by, job.uploaded_by_name or job.uploaded_by, Role.BUREAU))):
            await _work_on(backend, work, job, good, errors)
            await work.session.flush()
    return True


async def _work_on(
    backend: Backend,
    work: Work,
    job: CertificationImport,
    good: Sequence[tuple[int, GrantRow]],
    errors: list[dict[str, Any]],
) -> None:
    job.rows = len(good) + len({error["line"] for error in errors})
    if errors and not job.keep_good:
        _finish(work, job, ImportStatus.REFUSED, errors)
        return
    async with work.session.begin_nested() as taken:
        errors += await _take(backend, work, job, good)
        if refused := bool(errors) and not job.keep_good:
            await taken.rollback()
    if refused:
        job.created = job.unchanged = 0
    _finish(work, job, ImportStatus.REFUSED if refused else ImportStatus.DONE, errors)


async def _take(
    backend: Backend, work: Work, job: CertificationImport, good: Sequence[tuple[int, GrantRow]]
) -> list[dict[str, Any]]:
    errors = []
    for start in range(0, len(good), CHUNK):
        chunk = good[start : start + CHUNK]
        done = await grant_many(work, [row for _, row in chunk], job.duties_from)
        job.created += done.created
        job.unchanged += done.unchanged
        errors += [_contradiction(*chunk[number]) for number in done.contradicting]
        await work.session.flush()
        async with backend.work() as beside:
            await imports.progress(beside.session, job.id, rows=job.rows, done=start + len(chunk))
    return errors


def _check(content: bytes, regulation: Regulation) -> Checked:
    """The good rows with their lines, and every defect of the bad ones."""
    checker = RowChecker(regulation)
    good: list[tuple[int, GrantRow]] = []
    errors: list[dict[str, Any]] = []
    for line in read_list(content):
        checked = checker.check(line.cells)
        if isinstance(checked, GrantRow):
            good.append((line.number, checked))
        else:
            errors += [
                _defect(line.number, defect.field, defect.value, defect.text, defect.text_en) for defect in checked
            ]
    return good, errors


def _contradiction(line: int, row: GrantRow) -> dict[str, Any]:
    return _defect(
        line,
        "valid_to",
        row.valid_to.isoformat(),
        "与已登记的同一称号有效期止不一致",
        "The same title is entered with another expiry",
    )


def _defect(line: int, field: str | None, value: str, reason: str, reason_en: str) -> dict[str, Any]:
    """A bad row as it is reported: line in the file (from 1), column as the file calls it, value, reason."""
    return {
        "line": line,
        "column": COLUMNS[field] if field else None,
        "value": value,
        "reason": reason,
        "reason_en": reason_en,
    }


def _finish(work: Work, job: CertificationImport, status: ImportStatus, errors: Sequence[dict[str, Any]]) -> None:
    job.status = status
    job.errors = sorted(errors, key=lambda error: int(error["line"]))
    job.content = None
    job.finished_at = work.now()
