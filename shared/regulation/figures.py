"""What the criteria of assessment look at in a firm's latest annual update."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Award:
    """A science award (科技奖励); a `level` that is none of `Level` counts for nothing."""

    name: str
    level: str
    granted_on: date


@dataclass(frozen=True, slots=True)
class Honour:
    """An honour (荣誉), valid through `valid_to`; a `kind` that is none of `HonourKind` counts for nothing."""

    kind: str
    valid_to: date


@dataclass(frozen=True, slots=True)
class Institution:
    """A recognised R&D institution (研发机构); a `level` that is none of `Level` counts for nothing."""

    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Investment:
    """Equity paid in by a qualified institution (合格机构投资者), in 万元."""

    investor: str
    amount: Decimal
    paid_on: date


@dataclass(frozen=True, slots=True)
class Figures:
    """What the criteria look at: of the last year, amounts in 万元, and IP in pieces.

    `previous_main_revenue` is that of the year before, None where it is not known.
    """

    revenue: Decimal
    main_revenue: Decimal
    previous_main_revenue: Decimal | None
    rd_spending: Decimal
    total_assets: Decimal
    total_liabilities: Decimal
    class_1: int
    own_class_1: int
    high_value_class_1: int
    class_2: int
    strategic_industry: bool = False
    awards: tuple[Award, ...] = ()
    honours: tuple[Honour, ...] = ()
    institutions: tuple[Institution, ...] = ()
    investments: tuple[Investment, ...] = ()
