"""SQL on lists of enterprises, and on finding one by what is known of it.

Names are found by their pairs of characters: an index of the pairs leads to the few firms that have all those of the
words looked for, of which those that have the words themselves are taken. Where the pairs are common (有限公司) the
planner reads the firms in their order instead, until a page is full.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, and_, exists, func, literal, select, text, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.profile.models import AnnualUpdate, Enterprise, HeldTitle
from services.profile.naming import pairs, searchable
from shared.regulation import Title, normalise_credit_code

CODE = re.compile(r"[0-9A-Z]{2,18}")
LAST_SIGN = "Z" * 18
"""Behind every code that goes on from a prefix."""

PLAN_FOR_THE_WORDS = text("SET LOCAL plan_cache_mode = force_custom_plan")
"""How to look for words depends on how common they are."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which firms a list is to have; `words` are a credit code or its beginning, or part of a name of any time."""

    reach: ColumnElement[bool]
    words: str | None = None
    authority: str | None = None
    title: Title | None = None
    name: str | None = None
    updated_for: int | None = None
    not_updated_for: int | None = None


async def enterprises(session: AsyncSession, wanted: Wanted, *, after: str | None, limit: int) -> Sequence[Enterprise]:
    """Firms by credit code."""
    query = select(Enterprise).order_by(Enterprise.credit_code).limit(limit)
    conditions = _conditions(wanted)
    if after is not None:
        conditions.append(Enterprise.credit_code > after)
    if wanted.words is None:
        return (await session.scalars(query.where(*conditions))).all()
    await session.execute(PLAN_FOR_THE_WORDS)
    # Each way of finding is planned by itself, and gives no more than a page.
    page = select(Enterprise.credit_code).where(*conditions).order_by(Enterprise.credit_code).limit(limit)
    found = [select(page.where(way).subquery()) for way in _ways(wanted.words)]
    return (await session.scalars(query.where(Enterprise.credit_code.in_(union(*found))))).all()


def _ways(words: str) -> list[ColumnElement[bool]]:
    named = searchable(words)
    ways = [
        and_(
            func.bigrams(Enterprise.known_as).op("@>")(literal(pairs(named), ARRAY(Text))),
            func.strpos(Enterprise.known_as, named) > 0,
        )
    ]
    code = normalise_credit_code(words)
    if CODE.fullmatch(code):
        ways.append(Enterprise.credit_code.between(code, code + LAST_SIGN))
    return ways


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [wanted.reach]
    if wanted.authority is not None:
        conditions.append(Enterprise.authority == wanted.authority)
    if wanted.title is not None:
        conditions.append(
            exists().where(
                HeldTitle.credit_code == Enterprise.credit_code,
                HeldTitle.title == wanted.title,
                HeldTitle.status == text("'valid'"),
            )
        )
    if wanted.name is not None:
        conditions.append(Enterprise.name.contains(wanted.name, autoescape=True))
    if wanted.updated_for is not None:
        conditions.append(_updated(wanted.updated_for))
    if wanted.not_updated_for is not None:
        conditions.append(~_updated(wanted.not_updated_for))
    return conditions


def _updated(year: int) -> ColumnElement[bool]:
    return exists().where(AnnualUpdate.credit_code == Enterprise.credit_code, AnnualUpdate.duty_year == year)
