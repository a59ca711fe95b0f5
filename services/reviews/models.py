"""Tables of the reviews service: titles and their duties, campaigns, review applications, imports, profiles' copies."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, FetchedValue, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from services.reviews.vocabulary import OPEN_REVIEWS

IS_OPEN = f"status IN ({', '.join(repr(status.value) for status in OPEN_REVIEWS)})"


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: DateTime(timezone=True),
        bytes: LargeBinary,
        dict[str, Any]: JSONB(none_as_null=True),
        list[dict[str, Any]]: JSONB(none_as_null=True),
        list[str]: JSONB(none_as_null=True),
    }


class Campaign(Base):
    """A review campaign (复核批次) as declared: it sets the window of the titles that expire in its range.

    It is never changed; its end is a new act. While it is `spreading`, the titles that it covers are brought in line
    with it, in the order of their expiry: those up to (`spread_to`, `spread_id`) are.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        Index("campaigns_in_force", "id", postgresql_where=text("ended_at IS NULL")),
        Index("campaigns_spreading", "id", postgresql_where=text("spreading")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    titles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    expires_from: Mapped[date]
    expires_to: Mapped[date]
    opens: Mapped[date]
    closes: Mapped[date]
    source: Mapped[str]
    declared_by: Mapped[str]
    declared_by_name: Mapped[str]
    declared_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_by_name: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    spreading: Mapped[bool]
    spread_to: Mapped[date | None]
    spread_id: Mapped[UUID | None]


class Certification(Base):
    """A title (称号) of a firm. Its row lock guards its duties and its applications too.

    `granted_valid_to` is the expiry it was granted with, by which the same grant is recognised after an extension.
    `campaign_id` and `window_citation` name the campaign that set the window, where one did. `ends_at` is the instant
    from which the title ends unless an application is open.
    """

    __tablename__ = "certifications"
    __table_args__ = (
        UniqueConstraint("credit_code", "title", "valid_from", name="certifications_once"),
        Index("certifications_ending", "ends_at", postgresql_where=text("status = 'valid'")),
        Index("certifications_by_authority", "authority", "id"),
        Index("certifications_by_expiry", "valid_to", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    enterprise_name: Mapped[str]
    authority: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    eligibility: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    granted_valid_to: Mapped[date]
    period_start: Mapped[date]
    first_period: Mapped[bool]
    duties_from: Mapped[date | None]
    window_opens: Mapped[date]
    window_closes: Mapped[date]
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaigns.id"))
    window_citation: Mapped[dict[str, Any] | None]
    ends_at: Mapped[datetime]
    renewal_refused: Mapped[bool]
    revocation: Mapped[dict[str, Any] | None]
    ending: Mapped[dict[str, Any] | None]
    version: Mapped[int]
    granted_at: Mapped[datetime]


class UpdateDuty(Base):
    """One annual update that a title asks for. It counts from `opens` (inclusive) to `deadline` (exclusive).

    `extended_by` is the notice that moved `due` away from the rule's own date.
    """

    __tablename__ = "update_duties"
    __table_args__ = (
        Index("update_duties_due", "deadline", "credit_code", postgresql_where=text("state = 'open'")),
        Index("update_duties_unmet", "credit_code", postgresql_where=text("state IN ('open', 'asked', 'missed')")),
    )

    certification_id: Mapped[UUID] = mapped_column(ForeignKey("certifications.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    credit_code: Mapped[str]
    nominal_due: Mapped[date]
    due: Mapped[date]
    opens: Mapped[datetime]
    deadline: Mapped[datetime]
    state: Mapped[str]
    submitted_at: Mapped[datetime | None]
    extended_by: Mapped[str | None]


class EligibilityStep(Base):
    """One loss or return of the right to the review (复核资格): who, when, why, resting on what. Never changed.

    Without an actor the platform did it.
    """

    __tablename__ = "eligibility_steps"
    __table_args__ = (Index("eligibility_steps_by_title", "certification_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certification_id: Mapped[UUID] = mapped_column(ForeignKey("certifications.id"))
    at: Mapped[datetime]
    act: Mapped[str]
    actor: Mapped[str | None]
    actor_name: Mapped[str | None]
    role: Mapped[str]
    duty: Mapped[str | None]
    year: Mapped[int | None]
    due: Mapped[date | None]
    reason: Mapped[str]
    citation: Mapped[dict[str, Any]]


class DeadlineExtension(Base):
    """A copy of a deadline extension (延期) at `version`, and how far the duties have followed it.

    `reached` is the last title that was looked at; `settled` once none is left.
    """

    __tablename__ = "deadline_extensions"

    extension_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    duty: Mapped[str]
    year: Mapped[int]
    titles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    authorities: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    due: Mapped[date]
    source: Mapped[str]
    declared_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    settled: Mapped[bool]
    reached: Mapped[UUID | None]


class ProfileCopy(Base):
    """What is known here of a firm's profile.

    `updates` maps a duty year to the instant of its first submission; `latest_update` has the figures of the last one.
    """

    __tablename__ = "profile_copies"

    credit_code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    authority: Mapped[str]
    updates: Mapped[dict[str, Any]]
    latest_update: Mapped[dict[str, Any] | None]


class Review(Base):
    """A review application (复核申请). `profile` is the immutable copy that it was judged on.

    `assessment` is the self-assessment from that copy, where the title has one; it is never computed again.
    `assisted`: an officer filed it for the firm (代办), by the signed paper form that the step names. An on-site check
    is due where it was `check_drawn` or ordered (`check_order`), until there is a `check_result`. `correction`
    and `return_due` are set while it is returned, `notice_ends` once it was put on public notice. `handling_due` and
    `handling_left` are its working-day clock; `assignee` is the officer who took it. `authority` is that of its title,
    which the database sees to, so that lists need not look at titles.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index("reviews_one_open", "certification_id", unique=True, postgresql_where=text(IS_OPEN)),
        Index("reviews_checking", "credit_code", postgresql_where=text("status = 'checking'")),
        Index("reviews_by_firm", "credit_code", "id"),
        Index("reviews_by_title", "certification_id", "id"),
        Index("reviews_by_authority", "authority", "status", "id"),
        Index("reviews_by_status", "status", "id"),
        Index("reviews_returned", "return_due", "id", postgresql_where=text("status = 'returned'")),
        Index("reviews_in_notice", "notice_ends", "id", postgresql_where=text("status = 'in_public_notice'")),
        Index("reviews_by_handling", "handling_due", postgresql_where=text("handling_due IS NOT NULL")),
        Index("reviews_by_assignee", "assignee", "id", postgresql_where=text("assignee IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certification_id: Mapped[UUID] = mapped_column(ForeignKey("certifications.id"))
    authority: Mapped[str | None] = mapped_column(FetchedValue())
    credit_code: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    valid_to: Mapped[date]
    applied_at: Mapped[datetime]
    signatory: Mapped[str]
    statement: Mapped[str | None]
    profile_version: Mapped[int | None]
    profile: Mapped[dict[str, Any] | None]
    assessment: Mapped[dict[str, Any] | None]
    reasons: Mapped[list[dict[str, Any]] | None]
    assisted: Mapped[bool]
    check_drawn: Mapped[bool]
    check_order: Mapped[dict[str, Any] | None]
    check_result: Mapped[str | None]
    correction: Mapped[dict[str, Any] | None]
    return_due: Mapped[date | None]
    notice_ends: Mapped[date | None]
    handling_due: Mapped[date | None]
    handling_left: Mapped[int | None]
    assignee: Mapped[str | None]
    assignee_name: Mapped[str | None]
    version: Mapped[int]


class OnSiteCheck(Base):
    """What inspectors found at a firm (实地抽查). A correction is a new entry; the last one holds."""

    __tablename__ = "on_site_checks"
    __table_args__ = (Index("on_site_checks_by_review", "review_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("reviews.id"))
    at: Mapped[datetime]
    checked_on: Mapped[date]
    inspectors: Mapped[list[str]]
    result: Mapped[str]
    findings: Mapped[str]
    recorded_by: Mapped[str]
    recorded_by_name: Mapped[str]


class Objection(Base):
    """An objection (异议) raised during public notice, and the bureau's finding on it; open until there is one."""

    __tablename__ = "objections"
    __table_args__ = (Index("objections_open", "review_id", postgresql_where=text("upheld IS NULL")),)

    review_id: Mapped[UUID] = mapped_column(ForeignKey("reviews.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    from_whom: Mapped[str]
    text: Mapped[str]
    recorded_by: Mapped[str]
    recorded_by_name: Mapped[str]
    upheld: Mapped[bool | None]
    finding: Mapped[str | None]
    found_at: Mapped[datetime | None]
    found_by: Mapped[str | None]
    found_by_name: Mapped[str | None]


class ReviewStep(Base):
    """One entry of an application's history: who did what, when, with which words, resting on what.

    By `review` a session knows that a new application is written before its first step.
    """

    __tablename__ = "review_steps"
    __table_args__ = (Index("review_steps_by_review", "review_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("reviews.id"))
    at: Mapped[datetime]
    act: Mapped[str]
    status: Mapped[str]
    actor: Mapped[str | None]
    actor_name: Mapped[str | None]
    role: Mapped[str]
    opinion: Mapped[str | None]
    decided_on: Mapped[date | None]
    citation: Mapped[dict[str, Any] | None]
    details: Mapped[dict[str, Any] | None]
    paper_reference: Mapped[str | None]

    review: Mapped[Review] = relationship(lazy="raise")


class CertificationImport(Base):
    """An uploaded list. The row stays locked by whoever works on it, so its progress is kept beside it.

    As long as it is a `preview`, it is found out what it would do, and nothing is kept but the first `good` rows as
    they were read. Who started it then is `started_by`.
    """

    __tablename__ = "certification_imports"
    __table_args__ = (Index("certification_imports_queued", "id", postgresql_where=text("status = 'queued'")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str]
    file_name: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    keep_good: Mapped[bool]
    duties_from: Mapped[date | None]
    uploaded_by: Mapped[str]
    uploaded_by_name: Mapped[str | None]
    uploaded_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    rows: Mapped[int]
    created: Mapped[int]
    unchanged: Mapped[int]
    errors: Mapped[list[dict[str, Any]]]
    preview: Mapped[bool]
    good: Mapped[list[dict[str, Any]]]
    started_by: Mapped[str | None]
    started_by_name: Mapped[str | None]


class ImportProgress(Base):
    """How far an import has come, written outside its transaction; `attempts` counts who began it."""

    __tablename__ = "import_progress"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("certification_imports.id"), primary_key=True)
    rows: Mapped[int]
    done: Mapped[int]
    attempts: Mapped[int]
