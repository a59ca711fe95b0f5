"""Copies that services keep of each other's things: compared with their owners, and brought in line with them.

Owner and keeper each select what is compared: a row a thing, with its `key`, its `version`, and what the keeper keeps,
as text written the same way on both sides. They are compared in pages, ranges of successive keys: a page whose rows
have the same sum on both sides costs two statements and no transfer. What differs the owner states anew, and the
keeper takes it as it takes an event, without what only the news of it would do; the version decides.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    any_,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.messaging.work import Backend, Work
from shared.runtime.database import insert_many

S = TypeVar("S")
Row = Mapping[str, Any]

PAGE = 1000
BITS = 60
NOT_COMPARED = ("key", "version")


@dataclass(frozen=True, slots=True)
class Owned(Generic[S]):
    """Things that a service owns and others copy, by the name that both use; `states` tells some of them anew.

    Not in `rows`, but in `states`, are those that copies need not keep any more.
    """

    of: str
    key: InstrumentedAttribute[Any]
    rows: Select[Any]
    states: Callable[[Work, Sequence[Any]], Awaitable[Sequence[S]]]


@dataclass(frozen=True, slots=True)
class Copy(Generic[S]):
    """What a service keeps of another's things; `take` keeps their states unless newer ones are kept."""

    of: str
    key: InstrumentedAttribute[Any]
    rows: Select[Any]
    take: Callable[[Work, Sequence[S]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A thing of which owner and keeper know differently; None is the side that does not know it.

    `fields` has what differs, first as the owner tells it.
    """

    key: Any
    owner_version: int | None
    copy_version: int | None
    fields: Mapping[str, tuple[str | None, str | None]]

    @property
    def kind(self) -> str:
        """missing in the copy, unknown to the owner, newer than the owner (which was restored, then), or differing."""
        if self.copy_version is None:
            return "missing"
        if self.owner_version is None:
            return "unknown"
        return "newer" if self.copy_version > self.owner_version else "differs"


@dataclass(frozen=True, slots=True)
class Page:
    """A range of keys that was compared: how many things the owner has there, up to which key, and what differs."""

    owned: int
    upto: Any | None
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class Pair:
    """A copy beside its owner."""

    owner: Backend
    owned: Owned[Any]
    keeper: Backend
    copy: Copy[Any]

    async def pages(self, after: Any | None = None, size: int = PAGE) -> AsyncIterator[Page]:
        """Compare all after a key, page by page, in the order of the keys."""
        sides = (self.owner, self.owned.key, self.owned.rows), (self.keeper, self.copy.key, self.copy.rows)
        while True:
            ends = [await _end(backend, key, rows, after, size) for backend, key, rows in sides]
            upto = min((end for end in ends if end is not None), default=None)
            sums = [await self._sum(backend, _between(rows, key, after, upto)) for backend, key, rows in sides]
            differences = [] if sums[0] == sums[1] else await self._named(after, upto)
            yield Page(sums[0][0], upto, differences)
            if upto is None:
                return
            after = upto

    async def again(self, keys: Sequence[Any]) -> list[Difference]:
        """What still differs of these things."""
        theirs = (self.owned.key == any_(_array(keys, self.owned.key)),)
        ours = (self.copy.key == any_(_array(keys, self.copy.key)),)
        return self._compared(
            await _rows(self.owner, self.owned.rows.where(*theirs)),
            await _rows(self.keeper, self.copy.rows.where(*ours)),
        )

    async def keys(self, after: Any | None, upto: Any | None) -> list[Any]:
        """The keys that the owner has in a range."""
        query = _between(self.owned.rows, self.owned.key, after, upto).with_only_columns(self.owned.key)
        async with self.owner.database.transaction() as session:
            return list(await session.scalars(query))

    async def take(self, keys: Sequence[Any]) -> int:
        """Let the keeper take the owner's present states of these things; how many the owner has."""
        async with self.owner.work() as work:
            states = await self.owned.states(work, keys)
        if states:
            async with self.keeper.work() as work:
                await self.copy.take(work, states)
        return len(states)

    async def outrank(self, differences: Sequence[Difference]) -> None:
        """Raise the owner's versions above those of copies: it was restored, and what it says holds from now on."""
        table = self.owned.key.class_
        key_type = self.owned.key.type
        versions = {each.key: each.copy_version for each in differences}
        newer = (
            func.unnest(
                literal(list(versions), ARRAY(key_type)), literal(list(versions.values()), ARRAY(Integer)), type_=None
            )
            .table_valued(column("key", key_type), column("version", Integer))
            .render_derived("newer")
        )
        async with self.owner.work() as work:
            await work.session.execute(
                update(table)
                .where(self.owned.key == newer.c.key, table.version <= newer.c.version)
                .values(version=newer.c.version + 1)
                .execution_options(synchronize_session=False)
            )

    @property
    def compared(self) -> list[str]:
        """The names of what the keeper keeps."""
        return [name for name in self.copy.rows.selected_columns.keys() if name not in NOT_COMPARED]  # noqa: SIM118

    async def _sum(self, backend: Backend, rows: Select[Any]) -> tuple[int, int]:
        found = rows.subquery()
        row = func.md5(cast(func.row(found.c.key, *(found.c[name] for name in self.compared)), Text))
        number = cast(cast(literal("x").op("||")(func.substr(row, 1, BITS // 4)), BIT(BITS)), BigInteger)
        async with backend.database.transaction() as session:
            count, total = (await session.execute(select(func.count(), func.coalesce(func.sum(number), 0)))).one()
        return count, int(total)

    async def _named(self, after: Any | None, upto: Any | None) -> list[Difference]:
        return self._compared(
            await _rows(self.owner, _between(self.owned.rows, self.owned.key, after, upto)),
            await _rows(self.keeper, _between(self.copy.rows, self.copy.key, after, upto)),
        )

    def _compared(self, owned: Mapping[Any, Row], kept: Mapping[Any, Row]) -> list[Difference]:
        found = []
        for key in sorted(owned.keys() | kept.keys()):
            theirs, ours = owned.get(key), kept.get(key)
            fields = {}
            if theirs is not None and ours is not None:
                fields = {n: (theirs[n], ours[n]) for n in self.compared if theirs[n] != ours[n]}
                if not fields:
                    continue
            found.append(Difference(key, _version(theirs), _version(ours), fields))
        return found


def _version(row: Row | None) -> int | None:
    return None if row is None else int(row["version"])


def _array(keys: Sequence[Any], key: InstrumentedAttribute[Any]) -> Any:
    return literal(list(keys), ARRAY(key.type))


def _between(rows: Select[Any], key: InstrumentedAttribute[Any], after: Any | None, upto: Any | None) -> Select[Any]:
    if after is not None:
        rows = rows.where(key > after)
    return rows if upto is None else rows.where(key <= upto)


async def _end(
    backend: Backend, key: InstrumentedAttribute[Any], rows: Select[Any], after: Any | None, size: int
) -> Any | None:
    """The last key of a page; None where the rest is shorter than one."""
    query = _between(rows, key, after, None).with_only_columns(key).order_by(key).offset(size - 1).limit(1)
    async with backend.database.transaction() as session:
        return await session.scalar(query)


async def _rows(backend: Backend, rows: Select[Any]) -> dict[Any, Row]:
    async with backend.database.transaction() as session:
        return {row["key"]: row for row in (await session.execute(rows)).mappings()}


def selected(
    key: InstrumentedAttribute[Any], *columns: InstrumentedAttribute[Any], **written: ColumnElement[Any]
) -> Select[Any]:
    """What is compared of a table's rows: columns by their names, and what is `written` by its own, all as text."""
    return select(
        key.label("key"),
        key.class_.version.label("version"),
        *(cast(each, Text).label(each.key) for each in columns),
        *(cast(each, Text).label(name) for name, each in written.items()),
    )


def listed(objects: str, *members: str) -> ColumnElement[str]:
    """Members of a JSON column's list of objects, in the order of the first, a number."""
    each = ", ".join(f"each->>'{member}'" for member in members)
    return literal_column(
        f"(SELECT string_agg(concat_ws('/', {each}), ' ' ORDER BY (each->>'{members[0]}')::int)"  # noqa: S608 - names
        f" FROM jsonb_array_elements({objects}) each)",
        Text,
    )


def summed(expression: str) -> ColumnElement[str]:
    """The sum of an SQL expression's text: for what is long, or personal."""
    return literal_column(f"md5(({expression})::text)", Text)


async def keep_states(session: AsyncSession, table: type[Any], rows: Sequence[Row], *, anew: bool = False) -> list[Any]:
    """Keep states in a table with one column as its key and a `version`, unless newer ones are kept already.

    `rows` has one state of each thing and names all columns that are kept; whose state was kept is told by their keys.
    With `anew` a state replaces one of its version too.
    """
    if not rows:
        return []
    (key,) = table.__table__.primary_key
    statement = insert_many(table, rows)
    told, kept = statement.excluded.version, table.version
    statement = statement.on_conflict_do_update(
        index_elements=[key],
        set_={name: statement.excluded[name] for name in rows[0] if name != key.name},
        where=told >= kept if anew else told > kept,
    )
    return list(await session.scalars(statement.returning(key)))


async def states_of(session: AsyncSession, key: InstrumentedAttribute[Any], keys: Sequence[Any]) -> list[Any]:
    """The rows of a table by its key, as the owner's `states` begins with them."""
    return list(await session.scalars(select(key.class_).where(key == any_(_array(keys, key)))))
