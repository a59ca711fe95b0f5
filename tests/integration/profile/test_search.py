"""Enterprises are found by their code, by parts of their names present and past, within a caller's reach."""

from datetime import datetime

import pytest
from sqlalchemy import text

from services.cli.credit_codes import invented_code
from shared.runtime.migrations import migrate
from tests.integration.profile.conftest import FIRM, registration
from tests.integration.profile.test_profiles import granted, renamed

FIRMS = {
    "000001": ("厦门鹭江精密机械有限公司", "XM-SM"),
    "000002": ("厦门鹭岛（集团）股份有限公司", "XM-HL"),
    "000003": ("ABC Robotics（厦门）有限公司", "XM-SM"),
    "000004": ("百分百_100%纯净水有限公司", "XM-HC"),
    "000005": ("<script>alert(1)</script>有限公司", "XM-SM"),
}
CODES = {serial: invented_code(serial) for serial in FIRMS}


@pytest.fixture
async def city(it):
    for serial, (name, authority) in FIRMS.items():
        answer = await it.call(
            "bureau", "POST", "/enterprises", registration(CODES[serial], name=name, authority=authority)
        )
        assert answer.status_code == 201, answer.text
    return it


async def found(it, q, who="bureau", **filters):
    answer = await it.http.get("/api/v1/enterprises", params={"q": q} | filters, headers=it.authorization(who))
    assert answer.status_code == 200, answer.text
    return [each["credit_code"][10:16] for each in answer.json()["items"]]


@pytest.mark.parametrize(
    ("q", "serials"),
    [
        ("鹭江", ["000001"]),
        ("厦门鹭", ["000001", "000002"]),
        ("有限公司", ["000001", "000002", "000003", "000004", "000005"]),
        (" 鹭 江 ", ["000001"]),
        ("鹭岛(集团)", ["000002"]),
        ("ａｂｃ robotics", ["000003"]),
        ("0%", ["000004"]),
        ("百_", ["000004"]),
        ("百__1", []),
        ("%%", []),
        ("<script>", ["000005"]),
        ("江厦", []),
        ("鹭门", []),
        (CODES["000002"], ["000002"]),
        (CODES["000002"].lower(), ["000002"]),
        (CODES["000002"][:15], ["000001", "000002", "000003", "000004", "000005"]),
        (CODES["000002"][:16], ["000002"]),
        ("9135", ["000001", "000002", "000003", "000004", "000005"]),
        ("5203", []),
        ("9199", []),
        ("ZZ", []),
    ],
)
async def test_a_firm_is_found_by_part_of_its_name_or_the_beginning_of_its_code(city, q, serials):
    assert await found(city, q) == serials


async def test_a_search_reaches_no_further_than_the_caller(city):
    assert await found(city, "厦门鹭", "officer:XM-SM") == ["000001"]
    assert await found(city, CODES["000002"], "officer:XM-SM") == []
    assert await found(city, "厦门鹭", f"firm:{CODES['000002']}") == ["000002"]
    assert await found(city, "厦门鹭", "operator") == ["000001", "000002"]


async def test_a_search_is_narrowed_by_authority_and_title(city):
    assert await found(city, "有限公司", authority="XM-HL") == ["000002"]
    code = CODES["000003"]
    await city.take(granted("growth", credit_code=code))
    await city.take(granted("specialized", credit_code=CODES["000001"], status="cancelled"))
    assert await found(city, "有限公司", title="growth") == ["000003"]
    assert await found(city, "有限公司", title="specialized") == []
    listed = (await city.call("bureau", "GET", "/enterprises?title=growth")).json()["items"]
    assert [(each["credit_code"], [title["title_name"] for title in each["titles"]]) for each in listed] == [
        (code, ["成长型中小企业"])
    ]


async def test_a_firm_is_found_by_a_former_name_and_the_answer_says_which(registered):
    registered.at("2026-04-21T10:00:00+08:00")
    await registered.take(renamed("厦门新名科技有限公司"), time=datetime.fromisoformat("2026-04-21T10:00:00+08:00"))

    async def names(q):
        answer = await registered.call("bureau", "GET", f"/enterprises?q={q}")
        return [(each["name"], each["found_by"]) for each in answer.json()["items"]]

    assert await names("示例精工") == [("厦门新名科技有限公司", "厦门示例精工有限公司")]
    assert await names("新名") == [("厦门新名科技有限公司", None)]
    assert await names(FIRM) == [("厦门新名科技有限公司", None)]


async def test_an_earlier_decision_that_is_heard_later_is_found_too(registered):
    registered.at("2026-04-22T10:00:00+08:00")
    await registered.take(renamed("厦门新名科技有限公司"), time=datetime.fromisoformat("2026-04-21T10:00:00+08:00"))
    await registered.take(renamed("厦门旧名科技有限公司"), time=datetime.fromisoformat("2026-04-20T12:00:00+08:00"))
    answer = await registered.call("bureau", "GET", "/enterprises?q=旧名")
    assert [(each["name"], each["found_by"]) for each in answer.json()["items"]] == [
        ("厦门新名科技有限公司", "厦门旧名科技有限公司")
    ]


@pytest.mark.parametrize("q", ["", "厦", " 厦 "])
async def test_a_single_character_is_too_little(it, q):
    answer = await it.http.get("/api/v1/enterprises", params={"q": q}, headers=it.authorization("bureau"))
    assert (answer.status_code, [each["code"] for each in answer.json()["errors"]]) == (422, ["too_short"])


async def test_pages_of_a_search_follow_each_other_without_a_gap(city):
    path, seen = "/enterprises?q=有限公司&limit=2", []
    while path:
        page = (await city.call("bureau", "GET", path)).json()
        seen += [each["credit_code"] for each in page["items"]]
        path = page["next"] and page["next"].removeprefix("/api/v1")
    assert seen == sorted(CODES.values())


async def test_names_of_before_are_found_after_the_migration(postgres, start_service, authorization):
    url = postgres.create_database("search_of_old_names")
    await migrate("profile", url, "0006_delegations")
    async with start_service("profile", url=url) as running:
        async with running.backend.database.transaction() as session:
            await session.execute(
                text("INSERT INTO enterprises (credit_code, version, name, authority, registered_at, name_as_of, place_as_of) VALUES (:code, 1, '今', 'XM-SM', now(), now(), now())"),
                {"code": FIRM},
            )  # fmt: skip
            for number, name in enumerate(("厦门旧名（集团）有限公司", "Ａb 厦门今名有限公司")):
                await session.execute(
                    text("INSERT INTO names (id, credit_code, name, since) VALUES (gen_random_uuid(), :code, :name, now() + :number * interval '1 day')"),
                    {"code": FIRM, "name": name, "number": number},
                )  # fmt: skip
        before = await _entries(running)
        await migrate("profile", url)
        assert await _entries(running) == before
        for q in ("旧名(集团)", "ab厦门今", FIRM):
            answer = await running.http.get("/api/v1/enterprises", params={"q": q}, headers=authorization("bureau"))
            assert [each["credit_code"] for each in answer.json()["items"]] == [FIRM]


async def _entries(running):
    async with running.backend.database.transaction() as session:
        return await session.scalar(
            text("SELECT (SELECT count(*) FROM audit_pending) + (SELECT count(*) FROM audit_entries)")
        )
