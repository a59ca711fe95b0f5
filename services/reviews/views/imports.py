"""Uploaded lists as they are answered."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from services.reviews.models import CertificationImport, ImportProgress
from services.reviews.vocabulary import ImportStatus


class RowDefectView(BaseModel):
    """One thing that is wrong with a row: its line in the file (from 1), the column, the value, and why."""

    line: int
    column: str | None
    value: str
    reason: str
    reason_en: str


class ImportView(BaseModel):
    """An uploaded list: how far it has come (`done` of `rows`), what it created, and every bad row."""

    id: UUID
    status: str
    file_name: str
    keep_good: bool
    duties_from: date | None
    uploaded_at: datetime
    finished_at: datetime | None
    rows: int
    done: int
    created: int
    unchanged: int
    errors: list[RowDefectView]

    @classmethod
    def of(cls, job: CertificationImport, progress: ImportProgress) -> "ImportView":
        waiting = job.status == ImportStatus.QUEUED
        begun = waiting and progress.attempts > 0
        return cls.model_validate(
            {
                "id": job.id,
                "status": ImportStatus.RUNNING if begun else job.status,
                "file_name": job.file_name,
                "keep_good": job.keep_good,
                "duties_from": job.duties_from,
                "uploaded_at": job.uploaded_at,
                "finished_at": job.finished_at,
                "rows": progress.rows if waiting else job.rows,
                "done": progress.done if waiting else job.rows,
                "created": job.created,
                "unchanged": job.unchanged,
                "errors": job.errors,
            }
        )
