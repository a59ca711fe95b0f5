"""The rules and the notices in force, without a login."""

import pytest

from tests.integration.profile.test_notices_that_move_deadlines import PATH, declared


async def read(it, path, expect=200, **query):
    answer = await it.http.get(f"/api/v1{path}", params=query)
    assert answer.status_code == expect, answer.text
    return answer


async def test_the_rules_are_told_of_today_and_of_a_date_and_may_be_kept_for_a_while(it):
    answer = await read(it, "/regulation")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    told = answer.json()
    assert (told["id"], told["on"]) == ("xiamen-2023", "2026-04-20")
    assert told["duties"][0]["terms"][0]["next"]["due"] == "2026-04-30"
    assert told["duties"][0]["costs"][0]["citation"]["article"] == "第十二条"
    later = (await read(it, "/regulation", on="2026-05-01")).json()
    assert later["duties"][0]["terms"][0]["next"]["due"] == "2027-04-30"


@pytest.mark.parametrize("on", ["1989-12-31", "2201-01-01", "yesterday"])
async def test_a_date_without_rules_is_a_defect(it, on):
    answer = await read(it, "/regulation", 422, on=on)
    assert [each["pointer"] for each in answer.json()["errors"]] == ["query/on"]


async def test_a_notice_moves_the_date_of_the_rules_until_it_is_withdrawn(it):
    extension = await declared(it, titles=["innovative", "specialized", "little_giant"])
    told = (await read(it, "/regulation")).json()["duties"][0]["terms"][0]["next"]
    assert (told["nominal_due"], told["due"]) == ("2026-04-30", "2026-06-26")
    assert "厦工信企业〔2026〕36号" in told["citation"]["text"]
    assert (await it.call("bureau", "POST", f"{PATH}/{extension['id']}/withdrawal", {"reason": "误发"})).is_success
    assert (await read(it, "/regulation")).json()["duties"][0]["terms"][0]["next"]["due"] == "2026-04-30"


async def test_current_notices_are_the_ones_that_decide_a_date_to_come_the_newest_first(it):
    assert (await read(it, f"{PATH}/current")).json() == {"items": []}
    overruled = await declared(it, titles=["innovative"], due="2026-05-31")
    first = await declared(it, titles=["innovative", "specialized"])
    second = await declared(it, titles=["little_giant"], authorities=["XM-SM"], source="乙")
    answer = await read(it, f"{PATH}/current")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    items = answer.json()["items"]
    assert [each["id"] for each in items] == [second["id"], first["id"]]
    assert overruled["id"] not in {each["id"] for each in items}
    assert (items[0]["authority_names"], items[1]["authority_names"]) == (["思明区工业和信息化局"], None)
    assert items[1]["title_names"] == ["创新型中小企业", "专精特新中小企业"]
    assert "2026年6月26日" in items[1]["citation"]["text"]
    assert not {name for each in items for name in each} & {"declared_by", "declared_by_name"}
    it.at("2026-06-26T23:59:59+08:00")
    assert len((await read(it, f"{PATH}/current")).json()["items"]) == 2
    it.at("2026-06-27T00:00:00+08:00")
    assert (await read(it, f"{PATH}/current")).json() == {"items": []}
