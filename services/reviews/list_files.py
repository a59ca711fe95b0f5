"""Reads a published list of titles: CSV (UTF-8 or GB18030) or a workbook (XLSX), whatever stands above its header row.

A small file can ask for much: members that unpack to gigabytes, one cell in the last corner of a sheet, whose whole
area is then allocated, which ends the process where there is no such memory. So a workbook is unpacked here, under a
limit, the area of its sheets is judged by the places of their cells, and what is read is what was judged.
"""

import csv
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from python_calamine import CalamineError, CalamineWorkbook

from services.reviews.lists import FIELDS, Cell

COLUMNS = {
    "credit_code": "统一社会信用代码",
    "enterprise_name": "企业名称",
    "authority": "所属区",
    "title": "称号",
    "valid_from": "有效期起",
    "valid_to": "有效期止",
}
ALIASES = {
    "信用代码": "credit_code",
    "企业全称": "enterprise_name",
    "所在区": "authority",
    "推荐单位": "authority",
    "称号类型": "title",
    "有效期自": "valid_from",
    "有效期至": "valid_to",
} | {name: field for field, name in COLUMNS.items()}
HEADER_WITHIN = 30
ENOUGH_FOR_A_HEADER = 2
LARGEST_UNPACKED = 128 << 20
"""Bytes that a workbook may have when it is unpacked."""

MOST_CELLS = 5_000_000
"""Rows times columns of a sheet, from its first cell to its last."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BOOK = "xl/workbook.xml"
_PIECE = 1 << 20
_EMPTY_CELL = re.compile(rb'<c(?: \w+="\w*")*/>')
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]*)0*(\d+)["']""", re.IGNORECASE)

_BROKEN = (CalamineError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, OSError, RuntimeError)
"""How a workbook fails that is none; beside `ValueError`, which is what an `UnreadableList` is too."""


class UnreadableList(ValueError):
    """The file as a whole is no list of titles; says why in Chinese and English."""

    def __init__(self, text: str, text_en: str) -> None:
        super().__init__(f"{text} {text_en}")
        self.text = text
        self.text_en = text_en


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: its line in the file (from 1) and its cells by field."""

    number: int
    cells: dict[str, Cell]


def read_list(content: bytes) -> list[Line]:
    """The rows under the header row; empty ones are left out. Raises `UnreadableList`."""
    if not content.strip():
        raise UnreadableList("文件是空的。", "The file is empty.")
    if content.startswith(_OLE):
        raise UnreadableList("不支持.xls格式，请另存为.xlsx后上传。", "An .xls file is not read; save it as .xlsx.")
    if content.startswith(_ZIP):
        best: UnreadableList | None = None
        for sheet in _sheets(content):
            try:
                return _lines(sheet)
            except UnreadableList as error:
                best = best or error
        raise best or UnreadableList("工作簿没有工作表。", "The workbook has no sheet.")
    return _lines(list(_csv_rows(_decoded(content))))


def _sheets(content: bytes) -> Iterator[list[tuple[int, Sequence[Cell]]]]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_judged(content)))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield [(number, row) for number, row in enumerate(rows, start=1)]
    except UnreadableList:
        raise
    except (*_BROKEN, ValueError) as error:
        raise UnreadableList(
            "文件损坏，不是可读取的电子表格。", f"The file is broken and cannot be read as a spreadsheet: {error}"
        ) from error


def _judged(content: bytes) -> bytes:
    """The same workbook, unpacked. Raises `UnreadableList` where it is none, or is too large."""
    unpacked = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(unpacked, "w") as plain:
        if _BOOK not in packed.namelist():
            raise UnreadableList("文件不是.xlsx工作簿。", "The file is no .xlsx workbook.")
        left = LARGEST_UNPACKED
        for member in packed.infolist():
            part = _part(packed, member, left)
            left -= len(part)
            if _area(part) > MOST_CELLS:
                raise UnreadableList("工作表范围过大。", f"A sheet spans more than {MOST_CELLS} cells.")
            plain.writestr(member.filename, part)
    return unpacked.getvalue()


def _part(packed: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    """A member, read in pieces: what the archive says of its size may be wrong."""
    pieces = []
    with packed.open(member) as file:
        while piece := file.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise UnreadableList("电子表格解压后过大。", "The spreadsheet is too large when unpacked.")
            pieces.append(piece)
    return b"".join(pieces)


def _area(part: bytes) -> int:
    """Rows times columns that the places named in a sheet span; empty cells are in nobody's way."""
    places = _PLACE.findall(_EMPTY_CELL.sub(b"", part))
    rows = max((int(row[:9]) for _, row in places), default=0)
    columns = max(map(_number, {column.upper() for column, _ in places}), default=0)
    return rows * columns


def _number(column: bytes) -> int:
    """A column's number, by its letters."""
    return reduce(lambda number, letter: number * 26 + letter - 64, column[:9], 0)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableList(
        "文件不是CSV文本（UTF-8或GB18030），也不是电子表格。",
        "The file is neither CSV text in UTF-8 or GB18030 nor a spreadsheet.",
    )


def _csv_rows(text: str) -> Iterator[tuple[int, Sequence[Cell]]]:
    head = text[:4096]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if head.count("\t") > head.count(",") else ",")
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableList(
            f"第{line}行起不是有效的CSV。", f"From line {line} on this is not valid CSV: {error}"
        ) from error


def _lines(rows: Sequence[tuple[int, Sequence[Cell]]]) -> list[Line]:
    header, places = _header(rows)
    return [
        Line(number, {field: row[place] if place < len(row) else None for field, place in places.items()})
        for number, row in rows[header + 1 :]
        if not _empty(row)
    ]


def _header(rows: Sequence[tuple[int, Sequence[Cell]]]) -> tuple[int, dict[str, int]]:
    best: tuple[int, dict[str, int]] = (0, {})
    for index, (_, row) in enumerate(rows[:HEADER_WITHIN]):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            if field := ALIASES.get(_heading(cell)):
                places.setdefault(field, place)
        if len(places) > len(best[1]):
            best = (index, places)
    if len(best[1]) < ENOUGH_FOR_A_HEADER:
        names = "、".join(COLUMNS.values())
        raise UnreadableList(f"找不到表头行（{names}）。", f"There is no header row with the columns {names}.")
    if missing := [COLUMNS[field] for field in FIELDS if field not in best[1]]:
        names = "、".join(missing)
        raise UnreadableList(f"缺少列：{names}。", f"Columns are missing: {names}.")
    return best


def _heading(cell: Cell) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).split()) if isinstance(cell, str) else ""


def _empty(row: Iterable[Cell]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row)
