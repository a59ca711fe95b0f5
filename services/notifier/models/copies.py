"""Copies of what other services own, and the events that were heard."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.notifier.models.base import Base


class Firm(Base):
    """A copy of a firm's profile. Its row lock guards everything that is derived from the firm's copies.

    Its contact (联系人) and a second one get its mail. `version` is the profile's; 0 where only a title or a report has
    named the firm so far. `updates` holds `{year, submitted_at}` for every annual update.
    """

    __tablename__ = "firms"
    __table_args__ = (
        Index("firms_by_authority", "authority", "credit_code"),
        Index("firms_by_contact", text("lower(contact_email)")),
        Index("firms_by_second_contact", text("lower(second_email)")),
    )

    credit_code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    authority: Mapped[str]
    contact_name: Mapped[str | None]
    contact_mobile: Mapped[str | None]
    contact_email: Mapped[str | None]
    language: Mapped[str]
    second_name: Mapped[str | None]
    second_mobile: Mapped[str | None]
    second_email: Mapped[str | None]
    second_language: Mapped[str | None]
    updates: Mapped[list[dict[str, Any]]]


class Certification(Base):
    """A copy of a title at `version`. `duties` holds `{year, nominal_due, due, state}` of its present period.

    `window_citation` is set where a campaign set the window, not the rule.
    """

    __tablename__ = "certifications"
    __table_args__ = (Index("certifications_by_firm", "credit_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    status: Mapped[str]
    eligibility: Mapped[str]
    valid_to: Mapped[date]
    window_opens: Mapped[date]
    window_closes: Mapped[date]
    window_citation: Mapped[dict[str, Any] | None]
    duties: Mapped[list[dict[str, Any]]]


class Report(Base):
    """A copy of a change report at `version`; `standing` is what has become of the duty to report: open, met, ended.

    `correction` is what its firm is to correct while it is returned, with the `facts` by which it is named.
    """

    __tablename__ = "reports"
    __table_args__ = (Index("reports_by_firm", "credit_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    version: Mapped[int]
    type: Mapped[str]
    standing: Mapped[str]
    happened_on: Mapped[date]
    nominal_due: Mapped[date]
    due: Mapped[date]
    provisional: Mapped[bool]
    citation: Mapped[dict[str, Any]]
    correction: Mapped[dict[str, Any] | None]
    occurrence_id: Mapped[UUID | None]


class Occurrence(Base):
    """A copy of a change that officers recorded, at `version`; `standing` as a report's."""

    __tablename__ = "occurrences"
    __table_args__ = (Index("occurrences_by_firm", "credit_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    version: Mapped[int]
    type: Mapped[str]
    standing: Mapped[str]
    happened_on: Mapped[date]
    nominal_due: Mapped[date]
    due: Mapped[date]
    provisional: Mapped[bool]
    evidence: Mapped[str]
    recorded_at: Mapped[datetime]
    citation: Mapped[dict[str, Any]]


class DeadlineExtension(Base):
    """A copy of a deadline extension (延期) at `version`: what moves before the news of each title has arrived."""

    __tablename__ = "deadline_extensions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    duty: Mapped[str]
    year: Mapped[int]
    titles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    authorities: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    due: Mapped[date]
    source: Mapped[str]
    declared_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Application(Base):
    """A copy of a review application at `version`; `outcome` is None while it is open, `correction` as a report's."""

    __tablename__ = "applications"
    __table_args__ = (Index("applications_by_firm", "credit_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certification_id: Mapped[UUID]
    credit_code: Mapped[str]
    version: Mapped[int]
    outcome: Mapped[str | None]
    applied_at: Mapped[datetime]
    correction: Mapped[dict[str, Any] | None]


class HeardEvent(Base):
    """An event that this service has taken in: what happened to a firm, in one list, whichever service told it.

    `at` is the business instant. Text, case, why and actor are as `timeline` and the envelope told when it was heard;
    null in events that were heard before they were kept.
    """

    __tablename__ = "heard_events"
    __table_args__ = (
        Index("heard_events_by_firm", "credit_code", "id"),
        Index("heard_events_in_time", "credit_code", "at", "id"),
        Index("heard_events_by_case", "case_id", "at", "id"),
        Index("heard_events_by_title", "certification_id", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    type: Mapped[str]
    sequence: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str | None]
    actor_name: Mapped[str | None]
    actor_role: Mapped[str | None]
    case_kind: Mapped[str | None]
    case_id: Mapped[UUID | None]
    certification_id: Mapped[UUID | None]
    text: Mapped[str | None]
    text_en: Mapped[str | None]
    why: Mapped[dict[str, Any] | None]
