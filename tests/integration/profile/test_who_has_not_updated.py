"""Who has not updated yet: the numbers, the lists behind them, the files."""

import csv
import io
from datetime import UTC, date, datetime
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import insert

from services.cli.credit_codes import invented_code
from services.profile.models import AnnualUpdate, Enterprise, HeldTitle, OwedUpdate
from shared.contracts import CertificationCancelled, CertificationRescheduled
from shared.regulation import end_of_day
from tests.infrastructure import tokens
from tests.integration.profile.conftest import FIRM, OTHER, registration, submission
from tests.integration.profile.test_profiles import ARTICLE, granted

FORMULAS = ("=1+1", "+86", "-2", "@SUM(A1)", "\tx", "\rx")
STATISTICS = "/update_statistics"


def moved(event, due, version=2, year=2026):
    """The same title with the update of a year due on another day."""
    state = event.certification
    change = {"due": due, "extended_by": "厦工信企业〔2026〕36号"}
    duties = tuple(duty.model_copy(update=change) if duty.year == year else duty for duty in state.duties)
    return CertificationRescheduled(
        credit_code=event.credit_code, reason="延期", citation=ARTICLE,
        certification=state.model_copy(update={"version": version, "duties": duties}),
    )  # fmt: skip


def cancelled(event, version=2):
    state = event.certification.model_copy(update={"version": version, "status": "cancelled", "duties": ()})
    return CertificationCancelled(
        credit_code=event.credit_code, certification=state, reason="…", citation=ARTICLE, decided_by="bureau"
    )


async def count(it, who="bureau", query="year=2026"):
    answer = await it.call(who, "GET", f"{STATISTICS}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def firms(it, query, who="bureau"):
    answer = await it.call(who, "GET", f"{STATISTICS}/firms?year=2026&{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.fixture
async def three(it):
    """One firm in time, one late, one not at all; the last of another authority, with a title that owes nothing too."""
    codes = [FIRM, OTHER, invented_code(3)]
    for code, authority in zip(codes, ("XM-SM", "XM-SM", "XM-HL"), strict=True):
        await it.call("bureau", "POST", "/enterprises", registration(code, authority=authority))
        await it.take(granted(credit_code=code))
    await it.take(granted("growth", credit_code=codes[2]))
    await it.call(f"firm:{FIRM}", "POST", f"/enterprises/{FIRM}/updates", submission())
    it.at("2026-05-03T10:00:00+08:00")
    await it.call(f"firm:{OTHER}", "POST", f"/enterprises/{OTHER}/updates", submission())
    it.codes = codes
    return it


async def test_the_numbers_are_told_by_authority_and_title(three):
    told = await count(three)
    assert {key: told[key] for key in ("owing", "updated", "late", "not_updated")} == {
        "owing": 3, "updated": 1, "late": 1, "not_updated": 1,
    }  # fmt: skip
    rows = [(each["authority"], each["title"], each["owing"], each["not_updated"]) for each in told["items"]]
    assert rows == [("XM-HL", "specialized", 1, 1), ("XM-SM", "specialized", 2, 0)]
    siming = told["items"][1]
    assert (siming["nominal_due"], siming["due"], siming["days_left"]) == ("2026-04-30", "2026-04-30", -3)
    assert (siming["authority_name"], siming["title_name"]) == ("思明区工业和信息化局", "专精特新中小企业")
    behind = await three.http.get(siming["firms"], headers=tokens.authorization("bureau"))
    assert {each["credit_code"] for each in behind.json()["items"]} == {FIRM, OTHER}


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-04-20T01:59:59Z", (0, 0, 3)),
        ("2026-04-20", (1, 0, 2)),
        ("2026-05-03T01:59:59Z", (1, 0, 2)),
        ("2026-05-03", (1, 1, 1)),
    ],
)
async def test_the_numbers_are_those_of_an_instant(three, as_of, expected):
    told = await count(three, query=f"year=2026&as_of={as_of}")
    assert (told["updated"], told["late"], told["not_updated"]) == expected


async def test_behind_each_number_stands_the_list_of_its_firms(three):
    for state, index in (("updated", 0), ("late", 1), ("not_updated", 2)):
        (firm,) = await firms(three, f"state={state}")
        assert (firm["credit_code"], firm["state"]) == (three.codes[index], state)
        assert (firm["contact_name"], len(firm["contact_mobile"])) == ("林海燕", 11)
    assert firm["last_at"] is None
    assert len(await firms(three, "title=specialized")) == 3
    assert await firms(three, "title=innovative") == []


async def test_officers_see_their_own_authority_alone_and_firms_nothing(three):
    assert (await count(three, "officer:XM-SM"))["owing"] == 2
    assert (await count(three, "officer:XM-SM", "year=2026&authority=XM-HL"))["owing"] == 0
    assert {each["credit_code"] for each in await firms(three, "", "officer:XM-HL")} == {three.codes[2]}
    for who in (f"firm:{FIRM}", "operator"):
        for path in ("", "/firms", "/export?format=csv"):
            assert (await three.call(who, "GET", f"{STATISTICS}{path}")).status_code == 403


async def test_the_list_pages_by_key(three):
    seen, path = [], "/api/v1/update_statistics/firms?year=2026&limit=1"
    while path:
        page = (await three.http.get(path, headers=tokens.authorization("bureau"))).json()
        seen += [each["credit_code"] for each in page["items"]]
        path = page["next"]
    assert seen == sorted(three.codes)
    wrong = await three.call("bureau", "GET", f"{STATISTICS}/firms?cursor=WyJ4Il0")
    assert wrong.json()["errors"][0]["code"] == "bad_cursor"


async def test_a_moved_date_moves_the_numbers_and_only_newer_news_does(three):
    event = granted(credit_code=OTHER, certification_id=UUID(int=5))
    await three.take(cancelled(granted(credit_code=OTHER, certification_id=UUID(int=5)), version=9))
    await three.take(moved(event, date(2026, 6, 26), version=4))
    assert [(each["due"], each["owing"]) for each in (await count(three, "officer:XM-SM"))["items"]] == [
        ("2026-04-30", 2)
    ]
    third = granted("innovative", credit_code=OTHER, certification_id=UUID(int=6))
    await three.take(third)
    assert (await firms(three, "title=innovative"))[0]["state"] == "late"
    await three.take(moved(third, date(2026, 6, 26)), moved(third, date(2026, 5, 1), version=1))
    (firm,) = await firms(three, "title=innovative")
    assert (firm["state"], firm["nominal_due"], firm["due"], firm["days_left"]) == (
        "updated",
        "2026-04-30",
        "2026-06-26",
        54,
    )


async def test_what_had_fallen_due_is_counted_after_the_title_ended_and_what_had_not_is_not(it):
    await it.call("bureau", "POST", "/enterprises", registration())
    event = granted()
    await it.take(event)
    it.at("2026-06-01T10:00:00+08:00")
    await it.take(cancelled(event))
    assert (await count(it))["owing"] == 1
    assert (await count(it, query="year=2027"))["owing"] == 0


async def test_a_title_held_twice_is_counted_once(three):
    await three.take(granted(credit_code=FIRM))
    assert (await count(three))["owing"] == 3
    assert len(await firms(three, "")) == 3


@pytest.fixture
async def many(it):
    """Some thousand firms, some of whose names look like formulas."""
    total = 3000
    codes = [invented_code(number) for number in range(total)]
    names = [FORMULAS[number] if number < len(FORMULAS) else f"厦门<{number}>&有限公司\x01" for number in range(total)]
    instant = datetime(2026, 3, 1, tzinfo=UTC)
    async with it.backend.work() as work:
        await work.session.execute(
            insert(Enterprise),
            [
                {"credit_code": code, "version": 1, "name": name, "authority": "XM-SM", "registered_at": instant,
                 "name_as_of": instant, "place_as_of": instant, "contact": {"name": "林", "mobile": "13959201234"}}
                for code, name in zip(codes, names, strict=True)
            ],
        )  # fmt: skip
        held = [(UUID(int=number + 1), code) for number, code in enumerate(codes)]
        await work.session.execute(
            insert(HeldTitle),
            [
                {"certification_id": id_, "credit_code": code, "version": 1, "title": "innovative", "status": "valid",
                 "valid_to": date(2027, 1, 1), "duties": []}
                for id_, code in held
            ],
        )  # fmt: skip
        due = date(2026, 4, 30)
        await work.session.execute(
            insert(OwedUpdate),
            [
                {"certification_id": id_, "year": 2026, "credit_code": code, "title": "innovative", "nominal_due": due,
                 "due": due, "deadline": end_of_day(due)}
                for id_, code in held
            ],
        )  # fmt: skip
        await work.session.execute(
            insert(AnnualUpdate),
            [
                {"id": UUID(int=number + 1), "credit_code": code, "duty_year": 2026, "submitted_at": instant,
                 "submitted_by": "x", "submitted_by_name": "x", "signatory": "x", "assisted": False, "enterprise_name": "x", "form": {}}
                for number, code in enumerate(codes[::2])
            ],
        )  # fmt: skip
    it.names = dict(zip(codes, names, strict=True))
    return it


async def file(it, format_, query=""):
    answer = await it.call("bureau", "GET", f"{STATISTICS}/export?year=2026&format={format_}{query}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="updates-2026.{format_}"'
    return answer


async def test_a_csv_has_every_row_and_no_cell_that_a_spreadsheet_would_compute(many):
    answer = await file(many, "csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert header[:4] == ["审核部门", "称号", "企业名称", "统一社会信用代码"]
    named = {row[3]: row[2] for row in rows}
    assert len(rows) == len(named) == 3000
    for code, name in many.names.items():
        assert named[code] == (f"'{name}" if name in FORMULAS else name)
    assert {row[8] for row in rows} == {"已按期更新", "未更新"}


async def test_a_workbook_has_every_row_and_text_stays_text(many):
    answer = await file(many, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    header, *rows = book.active.iter_rows()
    assert [cell.value for cell in header][-2:] == ["最近一次更新年度", "最近一次提交时间"]
    assert len(rows) == 3000
    for row in rows:
        name = many.names[row[3].value]
        assert (row[2].value or "").replace("_x000D_", "\r") == name.replace("\x01", "")
        assert row[2].data_type == "s"
    assert {row[7].value for row in rows} == {10}
    assert {row[13].value for row in rows} == {"2026-03-01 08:00:00", None}


async def test_a_file_has_the_rows_of_the_list(many):
    answer = await file(many, "csv", "&state=not_updated")
    assert answer.content.count(b"\r\n") == 1501
    empty = await file(many, "xlsx", "&authority=XM-HL")
    assert openpyxl.load_workbook(io.BytesIO(empty.content)).active.max_row == 1
    assert (await many.call("bureau", "GET", f"{STATISTICS}/export?format=pdf")).status_code == 422
