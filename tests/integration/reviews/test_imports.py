"""Lists of titles as the bureau publishes them: CSV and XLSX, good rows, bad rows, twice the same."""

import csv
import io

import openpyxl
import pytest

from services.cli.credit_codes import invented_code
from services.reviews.commands.imports import import_next
from tests.infrastructure import tokens

HEADINGS = ["序号", "企业名称", "统一社会信用代码", "所属区", "称号", "有效期起", "有效期止"]


def rows(count):
    return [
        [
            number,
            f"厦门名单企业{number:04d}有限公司",
            invented_code(number),
            "思明区",
            "专精特新“小巨人”企业",
            "2026-04-01",
            "2029-03-31",
        ]
        for number in range(1, count + 1)
    ]


def as_csv(lines, encoding="utf-8-sig"):
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *lines])
    return text.getvalue().encode(encoding)


def as_xlsx(lines):
    book = openpyxl.Workbook()
    book.active.append(["厦门市专精特新企业名单"])
    book.active.append(HEADINGS)
    for line in lines:
        book.active.append(line)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


async def imported(it, content, name="list.csv", **query):
    answer = await it.http.post(
        "/api/v1/certification_imports",
        files={"file": (name, content)},
        params=query,
        headers=tokens.authorization("bureau"),
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "queued"
    while await import_next(it.backend):
        pass
    return (await it.http.get(answer.headers["Location"], headers=tokens.authorization("bureau"))).json()


@pytest.mark.parametrize(
    ("content", "name"), [(as_csv, "l.csv"), (lambda lines: as_csv(lines, "gb18030"), "l.csv"), (as_xlsx, "l.xlsx")]
)
async def test_a_list_is_taken_in_every_form_it_comes_in_and_twice_changes_nothing(it, content, name):
    job = await imported(it, content(rows(30)), name)
    assert (job["status"], job["rows"], job["created"], job["errors"]) == ("done", 30, 30, [])
    again = await imported(it, content(rows(30)), name)
    assert (again["created"], again["unchanged"]) == (0, 30)
    assert len(await it.told("certification.granted.v1")) == 30


async def test_bad_rows_are_all_named_and_the_good_ones_kept_only_if_asked(it):
    lines = rows(2000)
    for line, column, value in (
        (100, 2, "91350203MA31F1331X"),
        (500, 3, "不存在区"),
        (900, 4, "无"),
        (1300, 5, "2026-02-30"),
        (1999, 6, "2020-01-01"),
    ):
        lines[line - 1][column] = value
    refused = await imported(it, as_csv(lines))
    assert (refused["status"], refused["created"]) == ("refused", 0)
    assert [(error["line"], error["column"]) for error in refused["errors"]] == [
        (101, "统一社会信用代码"), (501, "所属区"), (901, "称号"), (1301, "有效期起"), (2000, "有效期止"),
    ]  # fmt: skip
    assert not await it.told()
    kept = await imported(it, as_csv(lines), keep_good=True)
    assert (kept["status"], kept["created"], len(kept["errors"])) == ("done", 1995, 5)


async def test_a_row_that_contradicts_what_is_kept_is_bad(it):
    await imported(it, as_csv(rows(3)))
    lines = rows(4)
    lines[1][6] = "2030-03-31"
    job = await imported(it, as_csv(lines))
    assert (job["status"], [error["line"] for error in job["errors"]], job["created"]) == ("refused", [3], 0)
    assert len(await it.told("certification.granted.v1")) == 3


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no spreadsheet", b"\x00\x01\x02", "甲,乙\n1,2\n".encode(), b"\xd0\xcf\x11\xe0 old"]
)
async def test_a_file_that_is_no_list_is_refused_at_once(it, content):
    answer = await it.http.post(
        "/api/v1/certification_imports", files={"file": ("x.xlsx", content)}, headers=tokens.authorization("bureau")
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unreadable_list")


async def test_only_the_bureau_imports(it):
    answer = await it.http.post(
        "/api/v1/certification_imports",
        files={"file": ("x.csv", as_csv(rows(1)))},
        headers=tokens.authorization("officer:XM-SM"),
    )
    assert answer.status_code == 403


async def act(it, job, act, body=None, who="bureau", **headers):
    path = f"/api/v1/certification_imports/{job['id']}/{act}"
    return await it.http.post(path, json=body, headers=tokens.authorization(who) | headers)


async def test_a_preview_tells_what_a_list_would_do_and_nothing_is_done_before_it_is_started(it):
    await imported(it, as_csv(rows(2)))
    lines = rows(30)
    lines[1][6], lines[9][3] = "2030-03-31", "不存在区"
    job = await imported(it, as_csv(lines), preview=True)
    assert (job["status"], job["rows"], job["created"], job["unchanged"]) == ("checked", 30, 27, 1)
    assert [(error["line"], error["column"]) for error in job["errors"]] == [(3, "有效期止"), (11, "所属区")]
    assert [row["line"] for row in job["good"]] == [2, *range(4, 11), *range(12, 24)]
    assert job["good"][0] == {
        "line": 2, "credit_code": invented_code(1), "enterprise_name": "厦门名单企业0001有限公司", "authority": "XM-SM",
        "title": "little_giant", "valid_from": "2026-04-01", "valid_to": "2029-03-31",
    }  # fmt: skip
    assert len(await it.told("certification.granted.v1")) == 2
    started = await act(it, job, "start", {"keep_good": True}, **{"Idempotency-Key": "once"})
    assert (started.status_code, started.json()["status"], started.json()["allowed"]) == (202, "queued", [])
    again = await act(it, job, "start", {"keep_good": True}, **{"Idempotency-Key": "once"})
    assert again.json() == started.json()
    while await import_next(it.backend):
        pass
    done = await read(it, job)
    assert (done["status"], done["created"], done["unchanged"], len(done["errors"])) == ("done", 27, 1, 2)
    assert len(await it.told("certification.granted.v1")) == 29
    refused = await act(it, job, "start", {"keep_good": True})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/import-state")


async def read(it, job):
    path = f"/api/v1/certification_imports/{job['id']}"
    return (await it.http.get(path, headers=tokens.authorization("bureau"))).json()


async def test_a_preview_that_is_started_as_a_whole_is_refused_with_its_bad_rows(it):
    lines = rows(3)
    lines[2][4] = "无"
    job = await imported(it, as_csv(lines), preview=True)
    assert (await act(it, job, "start", {"keep_good": False})).status_code == 202
    while await import_next(it.backend):
        pass
    assert ((await read(it, job))["status"], await it.told()) == ("refused", [])


async def test_a_preview_can_be_discarded_and_lists_are_told_from_the_newest(it):
    job = await imported(it, as_csv(rows(2)), preview=True)
    other = await imported(it, as_csv(rows(2)))
    discarded = await act(it, job, "discard")
    assert (discarded.json()["status"], discarded.json()["allowed"]) == ("discarded", [])
    assert (await act(it, job, "discard")).status_code == 409
    assert (await act(it, other, "discard")).status_code == 409
    for who, path in (("bureau", "?limit=1"), ("operator", "")):
        page = await it.http.get(f"/api/v1/certification_imports{path}", headers=tokens.authorization(who))
        assert page.json()["items"][0]["id"] == other["id"]
        assert "errors" not in page.json()["items"][0]
    assert (await act(it, job, "start", {"keep_good": True}, who="operator")).status_code == 403
