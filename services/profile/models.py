"""Tables of the profile service.

Enterprises with their names, annual updates and drafts; copies of their titles and of the updates that these ask for.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Computed, DateTime, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.profile.vocabulary import DelegationStatus

KNOWN_AS = r"searchable(name) || E'\n' || former_names"
IS_ALIVE = f"status IN ('{DelegationStatus.REQUESTED}', '{DelegationStatus.GRANTED}')"


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(none_as_null=True),
        list[dict[str, Any]]: JSONB(none_as_null=True),
        list[str]: ARRAY(Text),
    }


class Enterprise(Base):
    """A firm. Its row lock guards its updates: an instant is read from the clock only while it is held.

    `registered_by` is None for a firm that was entered because a title was granted to it; an officer completes it.
    `name_as_of` and `place_as_of` are the instants of the decisions that gave the present name and place.
    Mail goes to its contact (联系人), and to the second one (第二联系人) where it has named one.
    `former_names` are lines as they are looked for (`naming.searchable`); `known_as` has the present name with them.
    """

    __tablename__ = "enterprises"
    __table_args__ = (
        Index("enterprises_by_authority", "authority", "credit_code"),
        Index("enterprises_by_words", func.bigrams(text("known_as")), postgresql_using="gin"),
    )

    credit_code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    authority: Mapped[str]
    registered_place: Mapped[str | None]
    contact: Mapped[dict[str, Any] | None]
    second_contact: Mapped[dict[str, Any] | None]
    registered_at: Mapped[datetime]
    registered_by: Mapped[str | None]
    name_as_of: Mapped[datetime]
    place_as_of: Mapped[datetime]
    former_names: Mapped[str] = mapped_column(server_default="")
    known_as: Mapped[str] = mapped_column(Computed(KNOWN_AS, persisted=True), deferred=True)


class Name(Base):
    """A name that a firm bears or bore, from `since` on; `report_id` is the change report that gave it."""

    __tablename__ = "names"
    __table_args__ = (Index("names_by_firm", "credit_code", "since"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str] = mapped_column(ForeignKey("enterprises.credit_code"))
    name: Mapped[str]
    since: Mapped[datetime]
    report_id: Mapped[UUID | None]


class UpdateDraft(Base):
    """An annual update that is being written, kept as it was sent."""

    __tablename__ = "update_drafts"

    credit_code: Mapped[str] = mapped_column(ForeignKey("enterprises.credit_code"), primary_key=True)
    duty_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    form: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]


class AnnualUpdate(Base):
    """A submitted annual update (信息更新). Rows are never changed; a year's first one is the one that counts.

    `assisted`: an officer entered it (代办) from the signed paper form `paper_reference`.
    """

    __tablename__ = "annual_updates"
    __table_args__ = (
        Index("annual_updates_by_year", "credit_code", "duty_year", "submitted_at"),
        Index("annual_updates_by_firm", "credit_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str] = mapped_column(ForeignKey("enterprises.credit_code"))
    duty_year: Mapped[int]
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[str]
    submitted_by_name: Mapped[str]
    signatory: Mapped[str]
    assisted: Mapped[bool]
    paper_reference: Mapped[str | None]
    enterprise_name: Mapped[str]
    form: Mapped[dict[str, Any]]


class HeldTitle(Base):
    """A copy of a title at `version`. `duties` holds `{year, nominal_due, due, extended_by}` of its present period."""

    __tablename__ = "held_titles"
    __table_args__ = (
        Index("held_titles_by_firm", "credit_code"),
        Index("held_titles_by_title", "title", "credit_code", postgresql_where=text("status = 'valid'")),
    )

    certification_id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    status: Mapped[str]
    valid_to: Mapped[date]
    duties: Mapped[list[dict[str, Any]]]


class OwedUpdate(Base):
    """An annual update that a title asks for, or asked for when it fell due; met until `deadline` (exclusive).

    What had fallen due stays when its title ends or begins a new period, so that past years can still be counted.
    """

    __tablename__ = "owed_updates"
    __table_args__ = (
        Index(
            "owed_updates_by_year",
            "year",
            "credit_code",
            "title",
            "due",
            "certification_id",
            postgresql_include=["nominal_due", "deadline", "extended_by"],
        ),
    )

    certification_id: Mapped[UUID] = mapped_column(ForeignKey("held_titles.certification_id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    credit_code: Mapped[str]
    title: Mapped[str]
    nominal_due: Mapped[date]
    due: Mapped[date]
    deadline: Mapped[datetime]
    extended_by: Mapped[str | None]


class UpdateCount(Base):
    """How many firms of an authority owe a year's update for a title by a date, by how they stand; summed when read.

    A change appends what it adds or takes away, so that nobody waits for another; what was appended is `folded` into
    one row of its kind from time to time. `due` and `extended_by` are those of the firm's earliest date for the title.
    """

    __tablename__ = "update_counts"
    __table_args__ = (
        Index("update_counts_by_year", "year", "authority"),
        Index("update_counts_to_fold", "id", postgresql_where=text("NOT folded")),
        Index(
            "update_counts_folded",
            "year",
            "authority",
            "title",
            "nominal_due",
            "due",
            "extended_by",
            unique=True,
            postgresql_where=text("folded"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    folded: Mapped[bool] = mapped_column(default=False)
    year: Mapped[int]
    authority: Mapped[str]
    title: Mapped[str]
    nominal_due: Mapped[date]
    due: Mapped[date]
    extended_by: Mapped[str | None]
    updated: Mapped[int]
    late: Mapped[int]
    not_updated: Mapped[int]


class DeadlineExtension(Base):
    """A deadline moved by notice (延期) for titles, in some authorities or (None) in all. Ended by its withdrawal."""

    __tablename__ = "deadline_extensions"
    __table_args__ = (Index("deadline_extensions_by_year", "year", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    duty: Mapped[str]
    year: Mapped[int]
    titles: Mapped[list[str]]
    authorities: Mapped[list[str] | None]
    due: Mapped[date]
    source: Mapped[str]
    declared_at: Mapped[datetime]
    declared_by: Mapped[str]
    declared_by_name: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_by_name: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]


class Delegation(Base):
    """A natural person who asks to act for a firm, or does (授权). `person` is the account's subject.

    It holds from its grant to the end of the day `until`, or without end, unless it was ended. A firm and a person have
    one at a time that is not refused or ended.
    """

    __tablename__ = "delegations"
    __table_args__ = (
        Index("delegations_once", "credit_code", "person", unique=True, postgresql_where=text(IS_ALIVE)),
        Index("delegations_by_firm", "credit_code", "id"),
        Index("delegations_by_person", "person", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    credit_code: Mapped[str] = mapped_column(ForeignKey("enterprises.credit_code"))
    person: Mapped[str]
    person_name: Mapped[str]
    status: Mapped[str]
    statement: Mapped[str]
    requested_at: Mapped[datetime]
    until: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_by_name: Mapped[str | None]
    decision_reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_by_name: Mapped[str | None]
    end_reason: Mapped[str | None]
