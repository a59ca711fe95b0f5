"""What is answered about deadlines that notices moved."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from services.profile.forms import Extension
from services.profile.models import (
    DeadlineExtension,
)
from services.profile.views.statistics import authority_name
from shared.contracts import Citation
from shared.regulation import DeadlineExtension as RuledExtension
from shared.regulation import Regulation, Title


class ExtensionView(BaseModel):
    """A deadline moved by the notice `source`, for titles, in some authorities or (null) in all.

    `nominal_due` is the rule's own date (the earliest of the titles'). `in_force` until it is withdrawn.
    """

    id: UUID
    version: int
    duty: str
    year: int
    titles: list[str]
    title_names: list[str]
    authorities: list[str] | None
    nominal_due: date
    due: date
    source: str
    in_force: bool
    declared_at: datetime
    declared_by_name: str
    withdrawn_at: datetime | None
    withdrawn_by_name: str | None
    withdrawal_reason: str | None
    citation: Citation

    @classmethod
    def of(cls, extension: DeadlineExtension, regulation: Regulation) -> "ExtensionView":
        titles = [Title(title) for title in extension.titles]
        ruled = [due.nominal for title in titles if (due := regulation.update_due(title, extension.year))]
        nominal = min(ruled, default=extension.due)
        basis = regulation.extension_basis(titles[0], extension.year, nominal, extension.due, extension.source)
        return cls(
            id=extension.id,
            version=extension.version,
            duty=extension.duty,
            year=extension.year,
            titles=extension.titles,
            title_names=[regulation.title_name(title) for title in titles],
            authorities=extension.authorities,
            nominal_due=nominal,
            due=extension.due,
            source=extension.source,
            in_force=extension.withdrawn_at is None,
            declared_at=extension.declared_at,
            declared_by_name=extension.declared_by_name,
            withdrawn_at=extension.withdrawn_at,
            withdrawn_by_name=extension.withdrawn_by_name,
            withdrawal_reason=extension.withdrawal_reason,
            citation=Citation.model_validate(basis),
        )


class MovedTitle(BaseModel):
    """A title whose update of a year a notice would move, and the rule's own date."""

    title: str
    title_name: str
    nominal_due: date


class ExtensionPreview(BaseModel):
    """What a notice would move from the rule's own dates to `due`."""

    titles: list[MovedTitle]
    due: date
    citation: Citation

    @classmethod
    def of(cls, form: Extension, titles: Sequence[Title], regulation: Regulation) -> "ExtensionPreview":
        moved = [
            MovedTitle(title=title, title_name=regulation.title_name(title), nominal_due=due.nominal)
            for title in titles
            if (due := regulation.update_due(title, form.year))
        ]
        basis = regulation.extension_basis(
            titles[0], form.year, min(each.nominal_due for each in moved), form.due, form.source
        )
        return cls(titles=moved, due=form.due, citation=Citation.model_validate(basis))


class CurrentExtension(BaseModel):
    """A notice in force as everybody may read it: which duty it moves, for whom, from which day to which.

    `authorities` null: for all. `nominal_due` is the rule's own date (the earliest of the titles').
    """

    id: UUID
    duty: str
    year: int
    titles: list[str]
    title_names: list[str]
    authorities: list[str] | None
    authority_names: list[str] | None
    nominal_due: date
    due: date
    source: str
    declared_at: datetime
    citation: Citation

    @classmethod
    def of(cls, extension: RuledExtension, regulation: Regulation) -> "CurrentExtension":
        titles = [title for title in Title if title in extension.titles]
        ruled = [due.nominal for title in titles if (due := regulation.update_due(title, extension.year))]
        nominal = min(ruled, default=extension.due)
        basis = regulation.extension_basis(titles[0], extension.year, nominal, extension.due, extension.source)
        codes = None if extension.authorities is None else sorted(extension.authorities)
        return cls.model_validate(
            {
                **{name: getattr(extension, name) for name in ("id", "duty", "year", "due", "source", "declared_at")},
                "titles": titles,
                "title_names": [regulation.title_name(title) for title in titles],
                "authorities": codes,
                "authority_names": None if codes is None else [authority_name(code, regulation) for code in codes],
                "nominal_due": nominal,
                "citation": Citation.model_validate(basis),
            }
        )


class CurrentExtensions(BaseModel):
    """The notices in force, the newest first."""

    items: list[CurrentExtension]
