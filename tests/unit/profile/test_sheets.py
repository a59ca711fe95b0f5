"""Files that are written while their rows are read."""

import csv
import io

import openpyxl
import pytest
from python_calamine import load_workbook

from services.profile.sheets import FORMULA, csv_of, xlsx_of

HEADER = ("企业", "数")


async def chunks(*pages):
    for page in pages:
        yield page


async def whole(parts):
    return b"".join([part async for part in parts])


@pytest.mark.parametrize("beginning", FORMULA)
async def test_text_that_looks_like_a_formula_begins_with_an_apostrophe_in_a_csv(beginning):
    data = await whole(csv_of(HEADER, chunks([(f'{beginning}HYPERLINK("http://x")', -5)])))
    _, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert row == [f'\'{beginning}HYPERLINK("http://x")', "-5"]


async def test_a_workbook_goes_on_in_another_sheet_when_one_is_full():
    pages = [[(f"{page}/{row}", row) for row in range(4)] for page in range(3)]
    data = await whole(xlsx_of(HEADER, chunks(*pages), rows_of_a_sheet=9))
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheets = [[[cell.value for cell in row] for row in book[name].iter_rows()] for name in book.sheetnames]
    assert [len(sheet) for sheet in sheets] == [9, 5]
    assert all(sheet[0] == list(HEADER) for sheet in sheets)
    assert [row for sheet in sheets for row in sheet[1:]] == [
        [f"{page}/{row}", row] for page in range(3) for row in range(4)
    ]


@pytest.mark.parametrize("text", ["=1+1", 'a<b>&"c"', "'q", " x ", "_x", "厦门\U0002070e", ""])
async def test_text_comes_back_from_a_workbook_as_it_was(text):
    data = await whole(xlsx_of(HEADER, chunks([(text, None)])))
    cell = openpyxl.load_workbook(io.BytesIO(data)).active["A2"]
    assert (cell.value or "", cell.data_type) == (text, "s")
    other = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert (other[1][0] if len(other) > 1 else "") == text


async def test_what_xml_cannot_carry_is_left_out():
    data = await whole(xlsx_of(HEADER, chunks([("a\x00\x0b\ud800b", 1)])))
    assert openpyxl.load_workbook(io.BytesIO(data)).active["A2"].value == "ab"


async def test_no_more_is_kept_than_what_was_not_taken_yet():
    read = []

    async def endless():
        while True:
            read.append([("x" * 50, 1)] * 200)
            yield read[-1]

    file = xlsx_of(HEADER, endless())
    for taken in range(1, 50):
        await anext(file)
        assert len(read) == taken
    await file.aclose()
