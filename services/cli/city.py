"""A synthetic city: firms, titles and updates, seeded, in the proportions of Xiamen's public lists.

Nothing here is a real firm. The numbers are: 857 + 315 + 147 + 413 innovative SMEs in four batches (the first 857 by
authority: Torch 227, Jimei 211, Siming 129, Haicang 96, Huli 86, Tong'an 77, Xiang'an 31) and 212 specialised ones.
Dates are laid around the day of loading, so that some titles near their review and none is long past it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from services.cli.credit_codes import invented_code
from shared.regulation import SHANGHAI, Title, add_months

SEED = 20230401
SHARES = {"XM-HJ": 227, "XM-JM": 211, "XM-SM": 129, "XM-HC": 96, "XM-HL": 86, "XM-TA": 77, "XM-XA": 31}
PLACES = {
    "XM-SM": ("350203", "思明区"),
    "XM-HC": ("350205", "海沧区"),
    "XM-HL": ("350206", "湖里区"),
    "XM-JM": ("350211", "集美区"),
    "XM-TA": ("350212", "同安区"),
    "XM-XA": ("350213", "翔安区"),
    "XM-HJ": ("350298", "火炬高新区"),
}


@dataclass(frozen=True, slots=True)
class Batch:
    """One announcement: how many firms got which title, how many months before the day of loading."""

    title: Title
    firms: int
    months_ago: int
    from_batch: int | None = None


BATCHES = (
    Batch(Title.INNOVATIVE, 857, 34),
    Batch(Title.INNOVATIVE, 315, 29),
    Batch(Title.INNOVATIVE, 147, 22),
    Batch(Title.INNOVATIVE, 413, 15),
    Batch(Title.SPECIALIZED, 212, 31, from_batch=0),
    Batch(Title.LITTLE_GIANT, 36, 25, from_batch=0),
    Batch(Title.GROWTH, 60, 19),
)
ON_TIME, LATE = 0.90, 0.04
HEADS = [
    "海峰",
    "鹭江",
    "嘉禾",
    "筼筜",
    "云顶",
    "环岛",
    "星海",
    "凌云",
    "瑞科",
    "恒泰",
    "中瀚",
    "智汇",
    "广源",
    "泓信",
    "百川",
    "晟达",
    "立德",
    "宏图",
    "久安",
    "明远",
]
MIDDLES = [
    "微电",
    "智能",
    "新材",
    "生物",
    "光学",
    "软件",
    "精工",
    "医疗",
    "环境",
    "食品",
    "动力",
    "数据",
    "包装",
    "海洋",
    "纺织",
    "自动化",
    "传感",
    "检测",
    "半导体",
    "新能源",
]
TAILS = ["科技有限公司", "股份有限公司", "技术有限公司", "电子有限公司", "工业有限公司", "信息技术有限公司"]
SURNAMES = "林陈黄郑吴许蔡王张李叶洪苏庄刘"
GIVEN = ["建国", "志强", "雅琴", "丽华", "文杰", "晓明", "思远", "嘉豪", "佳怡", "海燕", "俊杰", "美玲", "伟东", "秀英"]
PRODUCTS = [
    "微型传感器",
    "锂电隔膜",
    "光学镜片",
    "检测软件",
    "伺服电机",
    "生物试剂",
    "特种纸",
    "水处理膜",
    "功率器件",
    "工业相机",
]


STRATEGIC = {"微型传感器", "锂电隔膜", "生物试剂", "水处理膜", "功率器件"}
"""The products that count as in the catalogue of strategic emerging industries."""

HIGH_TECH = {"kind": "high_tech_enterprise"}


@dataclass(frozen=True, slots=True)
class Held:
    """A title of a sample firm."""

    title: Title
    valid_from: date
    valid_to: date


@dataclass(slots=True)
class Firm:
    """A sample firm with the titles it holds and the instants of its annual updates by duty year."""

    credit_code: str
    name: str
    authority: str
    place: str
    contact: dict[str, str]
    staff: int
    revenue: int
    product: str
    titles: list[Held] = field(default_factory=list)
    updates: dict[int, datetime] = field(default_factory=dict)


def sample_city(now: datetime, seed: int = SEED) -> list[Firm]:
    """The city as it stands at `now`; the same `now` date and seed give the same city."""
    chance = random.Random(f"{seed} {now.astimezone(SHANGHAI).date()}")  # noqa: S311 - sample data
    today = now.astimezone(SHANGHAI).date()
    firms: list[Firm] = []
    first_of_batch: list[list[Firm]] = []
    serial = iter(range(1, 100_000))
    for batch in BATCHES:
        valid_from = add_months(today.replace(day=1), -batch.months_ago)
        held = Held(batch.title, valid_from, add_months(valid_from, 36) - timedelta(days=1))
        if batch.from_batch is None:
            members = [_firm(chance, authority, next(serial)) for authority in _authorities(chance, batch.firms)]
            firms += members
        else:
            members = chance.sample(first_of_batch[batch.from_batch], batch.firms)
        for firm in members:
            firm.titles.append(held)
        first_of_batch.append(members)
    for firm in firms:
        firm.updates = dict(_updates(chance, firm, now))
    return firms


def _authorities(chance: random.Random, count: int) -> list[str]:
    total = sum(SHARES.values())
    shared = [authority for authority, share in SHARES.items() for _ in range(share * count // total)]
    shared += chance.choices(list(SHARES), list(SHARES.values()), k=count - len(shared))
    chance.shuffle(shared)
    return shared


def _firm(chance: random.Random, authority: str, number: int) -> Firm:
    district, place = PLACES[authority]
    name = f"厦门{chance.choice(HEADS)}{chance.choice(MIDDLES)}{number:04d}（示例）{chance.choice(TAILS)}"
    return Firm(
        credit_code=invented_code(number, district),
        name=name,
        authority=authority,
        place=f"福建省厦门市{place}",
        contact={
            "name": chance.choice(SURNAMES) + chance.choice(GIVEN),
            "mobile": f"139{chance.randrange(10**8):08d}",
            "email": f"contact-{number:05d}@firm.example",
            "language": "zh-CN",
        },
        staff=chance.randint(12, 480),
        revenue=chance.randint(600, 38_000),
        product=chance.choice(PRODUCTS),
    )


def _updates(chance: random.Random, firm: Firm, now: datetime) -> Iterator[tuple[int, datetime]]:
    """Most firms update each spring, a few late, some not at all; nothing lies after `now`."""
    today = now.astimezone(SHANGHAI).date()
    first = min(min(held.valid_from for held in firm.titles).year + 1, today.year - 2)
    careful = chance.random() < ON_TIME
    for year in range(first, today.year + 1):
        lot = chance.random()
        if lot < (0.98 if careful else 0.40):
            day = date(year, 1, 10) + timedelta(days=chance.randint(0, 105))
        elif lot < (0.98 if careful else 0.40) + LATE:
            day = date(year, 5, 2) + timedelta(days=chance.randint(0, 60))
        else:
            continue
        instant = datetime.combine(day, time(9 + chance.randrange(8), chance.randrange(60)), SHANGHAI).astimezone(UTC)
        if instant < now:
            yield year, instant


def form_of(firm: Firm, year: int) -> dict[str, object]:
    """The annual update of a sample firm for a duty year, as it would have been submitted."""
    return {
        "duty_year": year,
        "basics": {
            "legal_representative": firm.contact["name"],
            "business_address": f"{firm.place}示例路{firm.staff}号",
            "founded_on": "2015-06-01",
            "registered_capital": str(firm.revenue // 4),
            "size": "small" if firm.staff < 300 else "medium",
            "industry_code": "C3921",
            "ownership": "private",
            "contact": firm.contact,
        },
        "years": [_figures(firm, year - back) for back in (2, 1)],
        "product": {
            "name": firm.product,
            "category": firm.product,
            "years_in_niche": 6,
            "market_share": "8.5",
            "strategic_industry": firm.product in STRATEGIC,
        },
        "ip": {
            "class_1": firm.staff % 4,
            "own_class_1": firm.staff % 4 // 2,
            "high_value_class_1": firm.staff % 4 // 3,
            "class_2": firm.staff // 20,
        },
        "quality": {"certificates": ["ISO 9001"], "digital_level": 2},
        "compliance": {"violations": False, "details": None},
        "recognitions": {
            "honours": [{"kind": "high_tech_enterprise", "valid_to": f"{year + 1}-12-01"}]
            if firm.staff % 5 == 0
            else []
        },
    }


def _figures(firm: Firm, year: int) -> dict[str, object]:
    revenue = firm.revenue * (100 + 7 * (year - 2022)) // 100
    return {
        "year": year,
        "staff": firm.staff,
        "rd_staff": firm.staff // 5,
        "revenue": str(revenue),
        "main_revenue": str(revenue * 9 // 10),
        "net_profit": str(revenue // 12),
        "total_assets": str(revenue * 6 // 5),
        "total_liabilities": str(revenue // 2),
        "tax_paid": str(revenue // 25),
        "rd_spending": str(revenue // (15 + firm.staff % 60)),
        "equity_financing": "0",
    }
