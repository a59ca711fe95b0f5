"""What is answered on who has updated."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from pydantic import BaseModel

from services.profile.domain import KnownDuty, basis_of
from services.profile.repository.statistics import Count, Standing
from services.profile.vocabulary import UpdateStanding
from shared.contracts import Citation
from shared.regulation import Regulation, Title, shanghai_date


class UpdateCount(BaseModel):
    """How the firms of an authority stand that owe the update for a title; `firms` is the list behind the numbers.

    `citation` is what the effective date rests on: the rule, or the notice that moved it.

    `days_left` counts to the effective date, and is negative once that has passed.
    """

    authority: str
    authority_name: str
    title: str
    title_name: str
    nominal_due: date
    due: date
    days_left: int
    owing: int
    updated: int
    late: int
    not_updated: int
    citation: Citation
    firms: str


class UpdateStatistics(BaseModel):
    """Who has updated for a year, as it stood at an instant: in all, and by authority and title.

    A firm counts once for every title that asks for the update.
    """

    year: int
    as_of: datetime
    owing: int
    updated: int
    late: int
    not_updated: int
    items: list[UpdateCount]

    @classmethod
    def of(cls, year: int, as_of: datetime, counts: Sequence[Count], regulation: Regulation) -> "UpdateStatistics":
        today = shanghai_date(as_of)
        items = [
            UpdateCount(
                **{name: value for name, value in asdict(count).items() if name != "extended_by"},
                citation=Citation.model_validate(
                    basis_of(
                        KnownDuty(Title(count.title), year, count.nominal_due, count.due, count.extended_by), regulation
                    )
                ),
                authority_name=authority_name(count.authority, regulation),
                title_name=regulation.title_name(Title(count.title)),
                days_left=(count.due - today).days,
                firms=f"/api/v1/update_statistics/firms?year={year}&authority={count.authority}&title={count.title}",
            )
            for count in counts
        ]
        return cls(
            year=year,
            as_of=as_of,
            owing=sum(count.owing for count in counts),
            updated=sum(count.updated for count in counts),
            late=sum(count.late for count in counts),
            not_updated=sum(count.not_updated for count in counts),
            items=items,
        )


class UpdateStandingView(BaseModel):
    """How one firm stands with the year's update for one title: `state` is updated, late or not_updated.

    `submitted_at` is the year's first submission; `last_year` and `last_at` tell of the firm's last one of any year.
    """

    credit_code: str
    name: str
    authority: str
    authority_name: str
    title: str
    title_name: str
    nominal_due: date
    due: date
    days_left: int
    state: UpdateStanding
    submitted_at: datetime | None
    contact_name: str | None
    contact_mobile: str | None
    last_year: int | None
    last_at: datetime | None

    @classmethod
    def of(cls, standing: Standing, as_of: datetime, regulation: Regulation) -> "UpdateStandingView":
        contact = standing.contact or {}
        return cls.model_validate(
            {
                **asdict(standing),
                "authority_name": authority_name(standing.authority, regulation),
                "title_name": regulation.title_name(Title(standing.title)),
                "days_left": (standing.due - shanghai_date(as_of)).days,
                "contact_name": contact.get("name"),
                "contact_mobile": contact.get("mobile"),
            }
        )


def authority_name(code: str, regulation: Regulation) -> str:
    """What an authority is called; its code where the rules do not know it."""
    authority = regulation.authorities.get(code)
    return authority.name if authority else code
