"""Reads a published list of titles: CSV (UTF-8 or GB18030) or a spreadsheet, whatever stands above its header row."""

import csv
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

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
LARGEST_UNPACKED = 512 << 20
_OLE = b"\xd0\xcf\x11\xe0"


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
    if content.startswith((b"PK\x03\x04", _OLE)):
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
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
                    raise UnreadableList("电子表格解压后过大。", "The spreadsheet is too large when unpacked.")
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield [(number, row) for number, row in enumerate(rows, start=1)]
    except (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError) as error:
        raise UnreadableList(
            "文件损坏，不是可读取的电子表格。", f"The file is broken and cannot be read as a spreadsheet: {error}"
        ) from error


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
