"""Tables of the changes service: reports with their history, recorded occurrences, copies of firms and titles."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Text, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(none_as_null=True),
        list[dict[str, Any]]: JSONB(none_as_null=True),
    }


class LateChange:
    """What a change costs that was not reported in time.

    `sanction` holds the officer's choice with one entry per title in `titles`; it is `sanction_referred` while one of
    them lies with the ministry.
    """

    sanction: Mapped[dict[str, Any] | None]
    sanction_referred: Mapped[bool] = mapped_column(default=False, server_default=false())


class Report(LateChange, Base):
    """A change report (重大变化情况报告表).

    `form` is what the firm wrote. `nominal_due`, `due`, `provisional` and `citation` follow from `happened_on`;
    `submitted_at` and `on_time` are those of the first submission. `decisions` holds one entry per title.
    `handling_due` and `handling_left` are its clock (办理时限). While it is returned `correction` says what its firm is
    to correct by `correction_due`, and `returned_from` the state that it goes back to. `assignee` is the officer who
    took it; `assisted`: an officer files it for the firm (代办). `occurrence_id` is what officers had recorded of the
    change before.
    """

    __tablename__ = "reports"
    __table_args__ = (
        Index("reports_by_firm", "credit_code", "id"),
        Index("reports_by_authority", "authority", "id"),
        Index("reports_by_status", "status", "id"),
        Index("reports_by_date", "happened_on", "id"),
        Index("reports_sanction_referred", "id", postgresql_where=text("sanction_referred")),
        Index("reports_by_handling", "handling_due", postgresql_where=text("handling_due IS NOT NULL")),
        Index("reports_by_correction", "correction_due", postgresql_where=text("correction_due IS NOT NULL")),
        Index("reports_by_assignee", "assignee", "id", postgresql_where=text("assignee IS NOT NULL")),
        Index("reports_by_occurrence", "occurrence_id", "id", postgresql_where=text("occurrence_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    credit_code: Mapped[str]
    enterprise_name: Mapped[str]
    authority: Mapped[str]
    type: Mapped[str]
    status: Mapped[str]
    happened_on: Mapped[date]
    form: Mapped[dict[str, Any]]
    nominal_due: Mapped[date]
    due: Mapped[date]
    provisional: Mapped[bool]
    citation: Mapped[dict[str, Any]]
    submitted_at: Mapped[datetime | None]
    on_time: Mapped[bool | None]
    decisions: Mapped[list[dict[str, Any]]]
    handling_due: Mapped[date | None]
    handling_left: Mapped[int | None]
    correction: Mapped[dict[str, Any] | None]
    correction_due: Mapped[date | None]
    returned_from: Mapped[str | None]
    assignee: Mapped[str | None]
    assignee_name: Mapped[str | None]
    assisted: Mapped[bool] = mapped_column(server_default=false())
    occurrence_id: Mapped[UUID | None]


class ReportStep(Base):
    """One entry of a report's history: who did what, when, with which words.

    A return names its `defects` and the day by which they are corrected, `due`; a resubmission whether it was `late`.
    `paper_reference` is the file number of the signed form by which an officer filed it.
    """

    __tablename__ = "report_steps"
    __table_args__ = (Index("report_steps_by_report", "report_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    at: Mapped[datetime]
    act: Mapped[str]
    status: Mapped[str]
    actor: Mapped[str]
    actor_name: Mapped[str]
    role: Mapped[str]
    words: Mapped[str | None]
    meets_criteria: Mapped[bool | None]
    defects: Mapped[list[dict[str, Any]] | None]
    due: Mapped[date | None]
    late: Mapped[bool | None]
    paper_reference: Mapped[str | None]


class Attachment(Base):
    """A file that belongs to a report; its content lies in the store under `stored_as`. The same content once."""

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("report_id", "sha256", name="attachments_once"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str]
    uploaded_by_name: Mapped[str]

    @property
    def stored_as(self) -> str:
        return f"{self.report_id}/{self.id}"


class Occurrence(LateChange, Base):
    """A major change that an officer saw (in the business register, say) and its firm is to report.

    A firm's change of one type and day is recorded once, unless it was dismissed. `report_id` is the report that
    reported it.
    """

    __tablename__ = "occurrences"
    __table_args__ = (
        Index(
            "occurrences_once",
            "credit_code",
            "type",
            "happened_on",
            unique=True,
            postgresql_where=text("status <> 'dismissed'"),
        ),
        Index("occurrences_by_firm", "credit_code", "id"),
        Index("occurrences_by_authority", "authority", "id"),
        Index("occurrences_open", "due", "id", postgresql_where=text("status = 'open'")),
        Index("occurrences_by_report", "report_id", postgresql_where=text("report_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    credit_code: Mapped[str]
    enterprise_name: Mapped[str]
    authority: Mapped[str]
    type: Mapped[str]
    status: Mapped[str]
    happened_on: Mapped[date]
    evidence: Mapped[str]
    nominal_due: Mapped[date]
    due: Mapped[date]
    provisional: Mapped[bool]
    citation: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    recorded_by_name: Mapped[str]
    report_id: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    closed_by_name: Mapped[str | None]
    closed_for: Mapped[str | None]


class Firm(Base):
    """A copy of a firm's name and authority at the profile's `version`; 0 where only a title has named it."""

    __tablename__ = "firms"

    credit_code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    authority: Mapped[str]


class HeldTitle(Base):
    """A copy of a title at `version`."""

    __tablename__ = "held_titles"
    __table_args__ = (Index("held_titles_by_firm", "credit_code"),)

    certification_id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    status: Mapped[str]
    valid_to: Mapped[date]
