"""The right to the review given back and taken by officers: each act on record, undone only by a new one."""

import pytest

from tests.integration.reviews.conftest import DECLARATION, FIRM, profile, updated

ON_TIME, TOO_LATE = "2026-04-30T15:59:59+00:00", "2026-04-30T16:00:00+00:00"
WHY = {"reason": "疫情期间未能及时办理，情况属实。"}


@pytest.fixture
async def revoked(it):
    """A title that lost its right for the update of 2026."""
    certification_id = await it.granted()
    it.at(TOO_LATE)
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1))
    return certification_id


async def restored(it, certification_id):
    answer = await it.call("bureau", "POST", f"/certifications/{certification_id}/restoration", WHY)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_restoration_gives_the_right_back_and_stands_on_record(it, revoked):
    title = await restored(it, revoked)
    assert (title["eligibility"], title["revocation"]) == ("held", None)
    assert [(duty["year"], duty["state"]) for duty in title["duties"]] == [(2026, "forgiven"), (2027, "open")]
    assert [(each["act"], each["role"], each["actor_name"]) for each in title["eligibility_history"]] == [
        ("revoked", "platform", None), ("restored", "bureau", "bureau"),
    ]  # fmt: skip
    assert title["eligibility_history"][1]["reason"] == WHY["reason"]
    (event,) = await it.told("eligibility.restored.v1")
    assert (event.data.reason, event.data.by, event.data.certification.eligibility) == (WHY["reason"], "bureau", "held")


async def test_a_forgiven_year_costs_nothing_again_and_the_next_one_does(it, revoked):
    await restored(it, revoked)
    await it.sweep()
    await it.take(updated(profile(2, y2026=TOO_LATE)))
    assert len(await it.told("profile.freshness_requested.v1")) == 1
    conditions = (await it.call("bureau", "GET", f"/certifications/{revoked}/eligibility")).json()["conditions"]
    fresh = next(each for each in conditions if each["code"] == "profile_stale")
    assert (fresh["holds"], fresh["inputs"]["years"][0]["state"]) == (True, "forgiven")
    it.at("2027-05-01T00:00:00+08:00")
    await it.sweep()
    request = (await it.told("profile.freshness_requested.v1"))[-1]
    await it.reported(request, profile(2, y2026=TOO_LATE))
    title = await it.read(revoked)
    assert (title["eligibility"], title["revocation"]["year"]) == ("revoked", 2027)


async def test_a_restored_title_can_be_reviewed(it):
    certification_id = await it.granted(title="innovative", valid_from="2023-06-01", valid_to="2026-05-31",
                                        duties_from="2026-01-01")  # fmt: skip
    it.at(TOO_LATE)
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1))
    form = {"certification_id": certification_id, "declaration": DECLARATION}
    refused = await it.call(f"firm:{FIRM}", "POST", "/reviews", form)
    assert {"eligibility_revoked", "profile_stale"} == {each["code"] for each in refused.json()["conditions"]}
    await restored(it, certification_id)
    assert (await it.call(f"firm:{FIRM}", "POST", "/reviews", form)).status_code == 201


async def test_only_the_bureau_restores_and_only_what_was_lost(it, revoked):
    path = f"/certifications/{revoked}/restoration"
    for who in (f"firm:{FIRM}", "officer:XM-SM", "operator"):
        assert (await it.call(who, "POST", path, WHY)).status_code == 403
    assert (await it.call("bureau", "POST", path, {"reason": " "})).status_code == 422
    await restored(it, revoked)
    again = await it.call("bureau", "POST", path, WHY)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/eligibility-state")
    assert again.json()["possible_while"] == {"status": "valid", "eligibility": "revoked"}


async def test_a_restoration_is_undone_by_a_new_act_alone_and_that_by_no_news(it, revoked):
    await restored(it, revoked)
    path = f"/certifications/{revoked}/revocation"
    act = {"duty": "update", "reason": "经查，所述情况不实。"}
    assert (await it.call("officer:XM-SM", "POST", path, act)).status_code == 403
    title = (await it.call("bureau", "POST", path, act)).json()
    assert (title["eligibility"], title["revocation"]["by"], title["revocation"]["due"]) == ("revoked", "bureau", None)
    assert (await it.call("bureau", "POST", path, act)).status_code == 409
    await it.take(updated(profile(3, y2026=ON_TIME, y2027=ON_TIME)))
    assert (await it.read(revoked))["eligibility"] == "revoked"
    title = await restored(it, revoked)
    assert [each["act"] for each in title["eligibility_history"]] == ["revoked", "restored"] * 2
    events = await it.told("eligibility.revoked.v1")
    assert [(event.data.by, event.data.year) for event in events] == [("platform", 2026), ("bureau", None)]


async def test_taking_the_right_stops_an_open_application(it):
    certification_id = await it.granted(title="innovative", valid_from="2023-04-01", valid_to="2026-03-31",
                                        duties_from="2026-04-01")  # fmt: skip
    await it.take(updated(profile(1)))
    form = {"certification_id": certification_id, "declaration": DECLARATION}
    review = (await it.call(f"firm:{FIRM}", "POST", "/reviews", form)).json()
    act = {"duty": "change_report", "reason": "合并事项逾期未报。"}
    assert (await it.call("bureau", "POST", f"/certifications/{certification_id}/revocation", act)).status_code == 200
    assert (await it.call("bureau", "GET", f"/reviews/{review['id']}")).json()["status"] == "stopped"


async def test_a_title_that_owes_no_update_cannot_lose_its_right_for_one(it):
    certification_id = await it.granted(title="growth")
    path = f"/certifications/{certification_id}/revocation"
    refused = await it.call("bureau", "POST", path, WHY | {"duty": "update"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "owes_no_update")
    taken = await it.call("bureau", "POST", path, WHY | {"duty": "change_report"})
    assert (taken.status_code, taken.json()["eligibility"]) == (200, "revoked")


async def test_a_title_says_what_the_caller_can_do_to_its_right_and_by_which_rules(it):
    titles = {name: await it.granted(title=name) for name in ("specialized", "growth")}

    async def told(who, title):
        found = (await it.call(who, "GET", f"/certifications/{titles[title]}")).json()
        return found["allowed"], [(each["duty"], each["citation"]["article"]) for each in found["grounds"]]

    late = ("change_report", "第十三条")
    assert await told("bureau", "specialized") == (["revoked"], [("update", "第十二条"), late])
    assert await told("bureau", "growth") == (["revoked"], [late])
    for who in (f"firm:{FIRM}", "officer:XM-SM", "operator"):
        assert await told(who, "growth") == ([], [])
    act = WHY | {"duty": "change_report"}
    taken = (await it.call("bureau", "POST", f"/certifications/{titles['growth']}/revocation", act)).json()
    assert taken["allowed"] == ["restored"]
    assert await told("bureau", "growth") == (["restored"], [(None, "第十三条")])
    it.at("2030-01-01T10:00:00+08:00")
    await it.sweep()
    assert await told("bureau", "growth") == ([], [])
