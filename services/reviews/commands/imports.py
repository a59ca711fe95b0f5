"""Uploaded lists of titles (名单导入): taken at once, worked on in the background, each in one transaction.

A list that is to be looked at first is worked on in the same way, and taken back.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.commands.grants import grant_many
from services.reviews.list_files import COLUMNS, read_list
from services.reviews.lists import GrantRow, RowChecker
from services.reviews.models import CertificationImport, ImportProgress
from services.reviews.repository import imports
from services.reviews.repository.imports import Found
from services.reviews.vocabulary import ImportStatus
from shared.messaging import Backend, Work
from shared.regulation import Regulation
from shared.runtime.acting import Act, Actor, acting
from shared.runtime.database import database_is_down, what_was_said
from shared.runtime.logs import logger
from shared.web.caller import Caller, Role
from shared.web.problems import Conflict, NotFound

CHUNK = 1000
TRIES = 3
LOOK = 0.2

SHOWN = 20
"""Good rows that a preview shows as they were read."""

Checked = tuple[list[tuple[int, GrantRow]], list[dict[str, Any]]]


class ImportInState(Conflict):
    """The list is in a state that does not allow this

    Only one that was checked, and neither started nor discarded, can be.
    """

    type = "import-state"
    title_zh = "名单当前状态不允许此操作"


@dataclass(frozen=True, slots=True)
class Taken:
    """What the good rows came to: titles created, titles that were there, rows that contradict what is kept."""

    created: int
    unchanged: int
    errors: list[dict[str, Any]]


async def upload(
    work: Work,
    content: bytes,
    file_name: str,
    caller: Caller,
    *,
    keep_good: bool,
    duties_from: date | None,
    preview: bool,
) -> Found:
    """Keep a list to be worked on, or only to be looked at."""
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
        preview=preview,
        good=[],
    )
    work.session.add(job)
    await work.session.flush()
    progress = ImportProgress(import_id=job.id, rows=0, done=0, attempts=0)
    work.session.add(progress)
    return job, progress


async def start(work: Work, import_id: UUID, caller: Caller, *, keep_good: bool) -> Found:
    """Have a list that was checked worked on. Raises `NotFound`, `ImportInState`."""
    job, progress = await _checked(work, import_id)
    job.status, job.preview, job.keep_good = ImportStatus.QUEUED, False, keep_good
    job.started_by, job.started_by_name = caller.subject, caller.name
    job.finished_at, job.rows, job.created, job.unchanged, job.errors = None, 0, 0, 0, []
    progress.rows, progress.done, progress.attempts = 0, 0, 0
    return job, progress


async def discard(work: Work, import_id: UUID) -> Found:
    """Let a list go that was checked. Raises `NotFound`, `ImportInState`."""
    job, progress = await _checked(work, import_id)
    job.status, job.content, job.finished_at = ImportStatus.DISCARDED, None, work.now()
    return job, progress


async def _checked(work: Work, import_id: UUID) -> Found:
    found = await imports.imported(work.session, import_id, lock=True)
    if found is None:
        raise NotFound("There is no such import")
    if found[0].status != ImportStatus.CHECKED:
        raise ImportInState(f"The list is {found[0].status}")
    return found


async def run_imports(backend: Backend, stopping: asyncio.Event) -> None:
    """Work on waiting lists until `stopping`; any number of replicas may."""
    while not stopping.is_set():
        try:
            if await import_next(backend):
                continue
        except Exception as error:
            if not database_is_down(error):
                raise
            logger(__name__).warning("database down, imports wait", error=what_was_said(error))
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
        who = (job.started_by, job.started_by_name) if job.started_by else (job.uploaded_by, job.uploaded_by_name)
        with acting(Act("import_list", Actor(who[0], who[1] or who[0], Role.BUREAU))):
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
    preview, keep_good = job.preview, job.keep_good
    if errors and not (keep_good or preview):
        _finish(work, job, ImportStatus.REFUSED, errors)
        return
    async with work.session.begin_nested() as savepoint:
        taken = await _take(backend, work, job, good)
        errors += taken.errors
        refused = bool(errors) and not keep_good
        if preview or refused:
            await savepoint.rollback()
    if preview:
        bad = {error["line"] for error in taken.errors}
        job.good = [_shown(line, row) for line, row in good if line not in bad][:SHOWN]
    if preview or not refused:
        job.created, job.unchanged = taken.created, taken.unchanged
    _finish(
        work,
        job,
        ImportStatus.CHECKED if preview else ImportStatus.REFUSED if refused else ImportStatus.DONE,
        errors,
    )


async def _take(backend: Backend, work: Work, job: CertificationImport, good: Sequence[tuple[int, GrantRow]]) -> Taken:
    import_id, rows, duties_from = job.id, job.rows, job.duties_from
    created, unchanged, errors = 0, 0, []
    for begin in range(0, len(good), CHUNK):
        chunk = good[begin : begin + CHUNK]
        done = await grant_many(work, [row for _, row in chunk], duties_from)
        created += done.created
        unchanged += done.unchanged
        errors += [_contradiction(*chunk[number]) for number in done.contradicting]
        await work.session.flush()
        async with backend.work() as beside:
            await imports.progress(beside.session, import_id, rows=rows, done=begin + len(chunk))
    return Taken(created, unchanged, errors)


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


def _shown(line: int, row: GrantRow) -> dict[str, Any]:
    """A good row as it was read."""
    return {
        "line": line,
        "credit_code": row.credit_code,
        "enterprise_name": row.enterprise_name,
        "authority": row.authority,
        "title": row.title,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat(),
    }


def _finish(work: Work, job: CertificationImport, status: ImportStatus, errors: Sequence[dict[str, Any]]) -> None:
    job.status = status
    job.errors = sorted(errors, key=lambda error: int(error["line"]))
    job.finished_at = work.now()
    if status != ImportStatus.CHECKED:
        job.content = None
