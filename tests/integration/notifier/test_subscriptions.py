"""Subscriptions: taken, read, changed and ended by those who may."""

import pytest

SM, HL = "officer:XM-SM", "officer:XM-HL"
WANTED = {
    "email": "li@officer.example", "name": "李明", "language": "zh-CN", "duties": ["update"], "kinds": ["update_due"],
    "delivery": "daily",
}  # fmt: skip


@pytest.fixture
async def call(notifier, authorization):
    async with notifier("2026-04-20T10:00") as it:

        async def request(who, method, path="", body=None, status=200, **headers):
            url = path if path.startswith("/api") else f"/api/v1/subscriptions{path}"
            answer = await it.http.request(method, url, json=body, headers=authorization(who) | headers)
            assert answer.status_code == status, answer.text
            return answer

        yield request


def if_match(version):
    return {"If-Match": f'"{version}"'}


async def taken(call, who=SM, **changes):
    return (await call(who, "POST", body=WANTED | changes, status=201)).json()


def codes(answer):
    return {(each["pointer"], each["code"]) for each in answer.json()["errors"]}


async def test_an_officer_subscribes_to_its_own_authority_and_reads_it_back(call):
    done = await call(SM, "POST", body=WANTED, status=201)
    assert done.headers["ETag"] == '"1"'
    assert done.json() | WANTED == done.json()
    assert (done.json()["authority"], done.json()["subscriber"], done.json()["ended_at"]) == ("XM-SM", SM, None)
    again = await call(SM, "GET", done.headers["Location"])
    assert (again.json(), again.headers["ETag"]) == (done.json(), '"1"')


async def test_an_address_is_enough(call):
    least = (await call(SM, "POST", body={"email": "x@officer.example"}, status=201)).json()
    told = {name: least[name] for name in ("name", "language", "duties", "kinds", "delivery")}
    assert told == {"name": SM, "language": "zh-CN", "duties": None, "kinds": None, "delivery": "at_once"}


async def test_the_same_key_subscribes_once(call):
    first, second = [(await call(SM, "POST", body=WANTED, status=201, **{"Idempotency-Key": "k"})).json() for _ in "12"]
    assert first["id"] == second["id"]
    assert len((await call(SM, "GET")).json()["items"]) == 1


async def test_every_defect_is_named(call):
    wrong = {
        "authority": "XM-NO", "email": "x", "name": " ", "language": "fr", "duties": ["tax"],
        "kinds": ["update_due", "certification_granted", "weather"], "delivery": "weekly", "note": "",
    }  # fmt: skip
    answer = await call("bureau", "POST", body=wrong, status=422)
    assert {pointer for pointer, _ in codes(answer)} == {
        "/authority", "/email", "/name", "/language", "/duties/0", "/kinds/1", "/kinds/2", "/delivery", "/note",
    }  # fmt: skip
    assert all(each["detail_zh"] for each in answer.json()["errors"])
    assert ("/kinds/1", "not_to_officers") in codes(answer)
    nothing = await call(SM, "POST", body=WANTED | {"duties": [], "kinds": []}, status=422)
    assert {pointer for pointer, _ in codes(nothing)} == {"/duties", "/kinds"}
    strange = await call(SM, "POST", body=WANTED | {"kinds": ["review_submitted"]}, status=422)
    assert codes(strange) == {("/kinds", "of_another_duty")}


async def test_the_bureau_names_any_office_and_an_officer_only_its_own(call):
    assert (await taken(call, "bureau"))["authority"] == "XM-GXJ"
    for authority in ("XM-GXJ", "XM-HL"):
        assert (await taken(call, "bureau", authority=authority))["authority"] == authority
    assert (await taken(call, SM, authority="XM-SM"))["authority"] == "XM-SM"
    answer = await call(SM, "POST", body=WANTED | {"authority": "XM-GXJ"}, status=422)
    assert codes(answer) == {("/authority", "not_your_authority")}


async def test_only_officers_have_subscriptions(call):
    for who in ("firm:91350203MA31F1331W", "operator"):
        await call(who, "POST", body=WANTED, status=403)
        await call(who, "GET", status=403)


async def test_an_officer_sees_its_offices_and_the_bureau_sees_all_page_by_page(call):
    made = [await taken(call, who) for who in (SM, HL, "bureau", SM)]
    ids = [each["id"] for each in reversed(made)]
    first = (await call("bureau", "GET", "?limit=3")).json()
    rest = (await call("bureau", "GET", first["next"])).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == ids
    assert [each["id"] for each in (await call(SM, "GET")).json()["items"]] == [ids[0], ids[3]]
    assert [each["id"] for each in (await call("bureau", "GET", "?authority=XM-HL")).json()["items"]] == [ids[2]]
    await call(SM, "GET", "?authority=XM-HL", status=404)
    await call(SM, "GET", f"/{ids[2]}", status=404)


async def test_it_is_changed_by_who_saw_the_present_one(call):
    path = f"/{(await taken(call))['id']}"
    wanted = {"email": "li@elsewhere.example", "language": "en", "delivery": "at_once"}
    await call(SM, "PUT", path, wanted, 428)
    await call(SM, "PUT", path, wanted, 412, **if_match(2))
    changed = await call(SM, "PUT", path, wanted, **if_match(1))
    assert (changed.headers["ETag"], changed.json()["duties"], changed.json()["name"]) == ('"2"', None, "李明")
    answer = await call(SM, "PUT", path, wanted | {"authority": "XM-HL"}, 422, **if_match(2))
    assert codes(answer) == {("/authority", "extra_forbidden")}


async def test_it_is_changed_and_ended_by_who_took_it_or_the_bureau(call):
    theirs, bureaus = await taken(call, HL), await taken(call, "bureau", authority="XM-SM")
    await call(SM, "PUT", f"/{theirs['id']}", WANTED, 404, **if_match(1))
    for method, body in (("PUT", WANTED), ("DELETE", None)):
        await call(SM, method, f"/{bureaus['id']}", body, 403, **if_match(1))
    await call("bureau", "PUT", f"/{theirs['id']}", WANTED, **if_match(1))
    await call("bureau", "DELETE", f"/{theirs['id']}", status=204, **if_match(2))


async def test_one_that_has_ended_stays_on_record(call):
    path = f"/{(await taken(call))['id']}"
    await call(SM, "DELETE", path, status=428)
    await call(SM, "DELETE", path, status=204, **if_match(1))
    assert (await call(SM, "GET", path)).json()["ended_at"] == "2026-04-20T02:00:00Z"
    for method, body in (("PUT", WANTED), ("DELETE", None)):
        ended = await call(SM, method, path, body, 409, **if_match(2))
        assert ended.json()["type"] == "/problems/subscription-ended"
    assert (await call(SM, "GET", "?in_force=true")).json()["items"] == []
    assert len((await call(SM, "GET", "?in_force=false")).json()["items"]) == 1
