"""A second contact: named, replaced and removed by the firm or its authority, told to the others, seen by few."""

import pytest

from tests.integration.profile.conftest import FIRM, OTHER, registration, submission

SECOND = {"name": "吴思远", "mobile": "13805920000", "email": "wu@firm.example", "language": "en"}
PATH = f"/enterprises/{FIRM}/second_contact"


def if_match(version):
    return {"If-Match": f'"{version}"'}


async def shown(it, who="bureau"):
    return (await it.call(who, "GET", f"/enterprises/{FIRM}")).json()["second_contact"]


async def test_a_firm_has_none_until_it_names_one(registered):
    assert await shown(registered) is None
    done = await registered.call(f"firm:{FIRM}", "PUT", PATH, SECOND, **if_match(1))
    assert (done.status_code, done.headers["ETag"], done.json()["second_contact"]) == (200, '"2"', SECOND)
    assert done.json()["contact"]["name"] == "林海燕"
    (told,) = [event.data for event in await registered.told() if event.type == "profile.changed.v1"]
    assert (told.changed, told.profile.second_contact.language) == (("second_contact",), "en")


async def test_it_is_replaced_and_removed_by_who_saw_the_present_one(registered):
    who = "officer:XM-SM"
    assert (await registered.call(who, "PUT", PATH, SECOND)).status_code == 428
    assert (await registered.call(who, "DELETE", PATH, **if_match(1))).status_code == 404
    await registered.call(who, "PUT", PATH, SECOND, **if_match(1))
    again = await registered.call(who, "PUT", PATH, SECOND, **if_match(2))
    assert again.headers["ETag"] == '"2"'
    assert (await registered.call(who, "DELETE", PATH)).status_code == 428
    assert (await registered.call(who, "DELETE", PATH, **if_match(1))).status_code == 412
    removed = await registered.call(who, "DELETE", PATH, **if_match(2))
    assert (removed.status_code, removed.headers["ETag"]) == (204, '"3"')
    assert await shown(registered) is None
    told = [event.data.profile for event in await registered.told() if event.type == "profile.changed.v1"]
    assert [(state.version, state.second_contact is None) for state in told] == [(2, False), (3, True)]


@pytest.mark.parametrize(
    ("who", "status"), [("operator", 403), ("officer:XM-HL", 404), (f"firm:{OTHER}", 404), (f"firm:{FIRM}", 200)]
)
async def test_only_the_firm_and_its_officers_name_it(registered, who, status):
    assert (await registered.call(who, "PUT", PATH, SECOND, **if_match(1))).status_code == status
    if status != 200:
        assert (await registered.call(who, "DELETE", PATH, **if_match(1))).status_code == status


async def test_every_defect_of_it_is_named(registered):
    wrong = {"name": " ", "mobile": "12", "email": "x", "language": "fr"}
    answer = await registered.call("bureau", "PUT", PATH, wrong, **if_match(1))
    assert {each["pointer"] for each in answer.json()["errors"]} == {"/name", "/mobile", "/email", "/language"}
    whole = await registered.call("bureau", "POST", "/enterprises", registration(OTHER, second_contact=wrong))
    assert "/second_contact/mobile" in {each["pointer"] for each in whole.json()["errors"]}


async def test_a_registration_may_name_it_at_once(it):
    answer = await it.call("officer:XM-SM", "POST", "/enterprises", registration(second_contact=SECOND))
    assert answer.json()["second_contact"] == SECOND
    (told,) = await it.told()
    assert told.data.profile.second_contact.email == "wu@firm.example"


async def test_an_annual_update_replaces_it_or_leaves_it_as_it_is(registered):
    form = submission()
    form["basics"]["second_contact"] = SECOND
    path = f"/enterprises/{FIRM}/updates"
    for each in (form, submission()):
        assert (await registered.call(f"firm:{FIRM}", "POST", path, each)).status_code == 201
        assert await shown(registered) == SECOND
    told = [event.data.profile for event in await registered.told() if event.type == "profile.updated.v1"]
    assert [state.second_contact.name for state in told] == ["吴思远", "吴思远"]


async def test_the_operator_sees_it_masked(registered):
    await registered.call("bureau", "PUT", PATH, SECOND, **if_match(1))
    seen = await shown(registered, "operator")
    assert seen["name"] == "吴思远"
    assert SECOND["mobile"] not in str(seen)
    assert SECOND["email"] not in str(seen)
