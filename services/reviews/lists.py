"""Rows of granted titles: what a bureau's form or published list says, checked, with every defect of a row."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from shared.regulation import CreditCodeError, Regulation, Title, check_enterprise_credit_code

Cell = str | int | float | bool | time | date | datetime | timedelta | None

FIELDS = ("credit_code", "enterprise_name", "authority", "title", "valid_from", "valid_to")
LONGEST_NAME = 200
FIRST_YEAR, LAST_YEAR = 2000, 2099
_DATE = re.compile(r"^(\d{4})\s*(?:[-/.年])\s*(\d{1,2})\s*(?:[-/.月])\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(30_000, 75_000)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One title to be granted, checked."""

    credit_code: str
    enterprise_name: str
    authority: str
    title: Title
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class RowDefect:
    """What is wrong with one field of a row, in Chinese and English."""

    field: str
    code: str
    value: str
    text: str
    text_en: str


def read_date(cell: Cell) -> date | None:
    """The date in a cell: a date, `2023-04-01`, `2023/4/1`, `2023.4.1`, `2023年4月1日`, `20230401`, Excel's number."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _EXCEL_EPOCH + timedelta(days=int(cell)) if int(cell) in _EXCEL_DAYS else _from_text(str(int(cell)))
    return _from_text(cell.strip()) if isinstance(cell, str) else None


def _from_text(text: str) -> date | None:
    match = _DATE.match(text) or _COMPACT.match(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def shown(cell: Cell) -> str:
    """A cell's value in a report of defects."""
    return "" if cell is None else str(cell)[:100]


@dataclass
class RowChecker:
    """Checks rows one after the other; what recurs in a list (titles, authorities, dates) is looked up once."""

    regulation: Regulation
    _titles: dict[str, Title | None] = field(default_factory=dict)
    _authorities: dict[str, str | None] = field(default_factory=dict)
    _dates: dict[Cell, date | None] = field(default_factory=dict)

    def check(self, row: dict[str, Cell]) -> GrantRow | list[RowDefect]:
        """The title that a row of `FIELDS` grants, or everything that is wrong with it."""
        defects: list[RowDefect] = []

        def wrong(name: str, code: str, text: str, text_en: str) -> None:
            defects.append(RowDefect(name, code, shown(row.get(name)), text, text_en))

        credit_code = self._text(row, "credit_code")
        try:
            credit_code = check_enterprise_credit_code(credit_code)
        except CreditCodeError as error:
            wrong("credit_code", f"credit_code_{error.code}", error.text, str(error))
        name = self._text(row, "enterprise_name")
        if not name or len(name) > LONGEST_NAME:
            length = f"1至{LONGEST_NAME}字", f"1 to {LONGEST_NAME} characters"
            wrong("enterprise_name", "name_length", f"企业名称应为{length[0]}", length[1])
        authority = self._authority(self._text(row, "authority"))
        if authority is None:
            known = "、".join(self.regulation.authorities)
            text_en = f"There is no such authority; there are {known}"
            wrong("authority", "unknown_authority", f"没有这个审核部门（{known}）", text_en)
        title = self._title(self._text(row, "title"))
        if title is None:
            known = "、".join(self.regulation.names.values())
            wrong("title", "unknown_title", f"没有这种称号（{known}）", f"No such title; there are {', '.join(Title)}")
        dates = self._validity(row, wrong)
        if defects or title is None or authority is None:
            return defects
        return GrantRow(credit_code, name, authority, title, dates["valid_from"], dates["valid_to"])

    def _validity(self, row: dict[str, Cell], wrong: Callable[[str, str, str, str], None]) -> dict[str, date]:
        dates = {}
        for which in ("valid_from", "valid_to"):
            day = self._date(row.get(which))
            if day is None:
                wrong(which, "not_a_date", "不是有效日期", "There is no such date; write 2023-04-01")
            elif not FIRST_YEAR <= day.year <= LAST_YEAR:
                wrong(which, "impossible_date", "日期超出合理范围", f"Not between {FIRST_YEAR} and {LAST_YEAR}")
            else:
                dates[which] = day
        if len(dates) == 2 and dates["valid_to"] <= dates["valid_from"]:
            wrong("valid_to", "ends_before_it_begins", "有效期止应晚于有效期起", "The validity ends before it begins")
        return dates

    @staticmethod
    def _text(row: dict[str, Cell], name: str) -> str:
        cell = row.get(name)
        if isinstance(cell, float) and cell.is_integer():
            return str(int(cell))
        return "" if cell is None else str(cell).strip()

    def _title(self, text: str) -> Title | None:
        if text not in self._titles:
            self._titles[text] = self.regulation.find_title(text)
        return self._titles[text]

    def _authority(self, text: str) -> str | None:
        if text not in self._authorities:
            found = self.regulation.find_authority(text)
            self._authorities[text] = found.code if found else None
        return self._authorities[text]

    def _date(self, cell: Cell) -> date | None:
        if cell not in self._dates:
            self._dates[cell] = read_date(cell)
        return self._dates[cell]
