"""Uploaded lists as they are answered."""

from datetime import date, datetime
from typing import Any, Literal, Self
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


class GoodRowView(BaseModel):
    """A good row as it was read."""

    line: int
    credit_code: str
    enterprise_name: str
    authority: str
    title: str
    valid_from: date
    valid_to: date


class ListedImport(BaseModel):
    """An uploaded list: how far it has come (`done` of `rows`), and what it created.

    One that is `checked` has created nothing: `created` and `unchanged` are what it would. `allowed` is what the bureau
    can do to it now.
    """

    id: UUID
    status: str
    file_name: str
    preview: bool
    keep_good: bool
    duties_from: date | None
    uploaded_at: datetime
    uploaded_by_name: str | None
    finished_at: datetime | None
    rows: int
    done: int
    created: int
    unchanged: int
    allowed: list[Literal["start", "discard"]]

    @classmethod
    def of(cls, job: CertificationImport, progress: ImportProgress) -> Self:
        return cls.model_validate(cls._shown(job, progress))

    @classmethod
    def _shown(cls, job: CertificationImport, progress: ImportProgress) -> dict[str, Any]:
        waiting = job.status == ImportStatus.QUEUED
        made = {"status", "rows", "done", "allowed"}
        return {name: getattr(job, name) for name in cls.model_fields if name not in made} | {
            "status": ImportStatus.RUNNING if waiting and progress.attempts > 0 else job.status,
            "rows": progress.rows if waiting else job.rows,
            "done": progress.done if waiting else job.rows,
            "allowed": ["start", "discard"] if job.status == ImportStatus.CHECKED else [],
        }


class ImportView(ListedImport):
    """An uploaded list with every bad row; one that was looked at first with the first good ones, as they were read."""

    errors: list[RowDefectView]
    good: list[GoodRowView]
