"""Rows as CSV or as a workbook (XLSX), written while they are read: a chunk of rows in memory, never the file.

A workbook is a ZIP of XML. Libraries that write one keep it, in memory or on disk, until its last row is there; here
each chunk of rows goes out as soon as it is compressed, so that the first bytes leave at once.
"""

import csv
import io
import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from shared.web.outlets import Outlet

Cell = str | int | None
Chunks = AsyncGenerator[Sequence[Sequence[Cell]], None]

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

ROWS_OF_A_SHEET = 1_048_576
"""The most that Excel takes."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, or skips to find one."""

_BYTE_ORDER_MARK = "\ufeff"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COMPRESSION = 1
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


async def csv_of(header: Sequence[str], chunks: Chunks) -> AsyncGenerator[bytes, None]:
    """The rows as CSV that Excel reads: UTF-8 with a mark; text that looks like a formula begins with an apostrophe."""
    yield (_BYTE_ORDER_MARK + _lines([header])).encode()
    async with aclosing(chunks) as source:
        async for rows in source:
            yield _lines(rows).encode()


async def xlsx_of(
    header: Sequence[str], chunks: Chunks, rows_of_a_sheet: int = ROWS_OF_A_SHEET
) -> AsyncGenerator[bytes, None]:
    """The rows as a workbook, in as many sheets as they need. Text is text, whatever it begins with."""
    book = _Workbook(header, rows_of_a_sheet)
    try:
        async with aclosing(chunks) as source:
            async for rows in source:
                book.add(rows)
                yield book.written()
        book.close()
        yield book.written()
    finally:
        book.close()


def _lines(rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(
        [f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in row] for row in rows
    )
    return text.getvalue()


class _Workbook:
    """A workbook in the making. Its last parts say how many sheets it has, so that these can be written first."""

    def __init__(self, header: Sequence[str], rows_of_a_sheet: int) -> None:
        self._head = f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{_row(header)}'.encode()
        self._rows_of_a_sheet = rows_of_a_sheet
        self._outlet = Outlet()
        self._zip = ZipFile(self._outlet, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION)
        self._sheets = 0
        self._open_sheet()

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Write rows; a chunk stays in one sheet."""
        if self._rows + len(rows) > self._rows_of_a_sheet:
            self._close_sheet()
            self._open_sheet()
        self._rows += len(rows)
        self._sheet.write("".join(map(_row, rows)).encode())

    def written(self) -> bytes:
        """What has been written since the last call."""
        return self._outlet.take()

    def close(self) -> None:
        """Write what is left; once."""
        if self._zip.fp is not None:
            self._close_sheet()
            for name, text in _frame(self._sheets):
                self._zip.writestr(_part(name), _XML + text)
            self._zip.close()

    def _open_sheet(self) -> None:
        self._sheets += 1
        self._rows = 1
        self._sheet = self._zip.open(_part(f"xl/worksheets/sheet{self._sheets}.xml"), "w", force_zip64=True)
        self._sheet.write(self._head)

    def _close_sheet(self) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()


def _part(name: str) -> ZipInfo:
    part = ZipInfo(name)
    part.compress_type = ZIP_DEFLATED
    return part


def _row(cells: Sequence[Cell]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, int):
        return f"<c><v>{cell}</v></c>"
    text = escape(_NOT_XML.sub("", cell)).replace("\r", "_x000D_")  # XML would read a line feed
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _frame(sheets: int) -> Iterator[tuple[str, str]]:
    """The parts that make sheets a workbook (ECMA-376)."""
    numbers = range(1, sheets + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_MEDIA}.worksheet+xml"/>'
        for number in numbers
    )
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_MEDIA}.sheet.main+xml"/>{overrides}</Types>'
    )
    root = f'<Relationship Id="book" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    named = "".join(f'<sheet name="{number}" sheetId="{number}" r:id="sheet{number}"/>' for number in numbers)
    related = "".join(
        f'<Relationship Id="sheet{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    yield "[Content_Types].xml", types
    yield "_rels/.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{root}</Relationships>'
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>'
    yield "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>'
