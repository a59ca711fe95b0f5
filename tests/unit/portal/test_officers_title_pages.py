"""The officers' pages of titles when services fall silent, what they ask of them, and what they send."""

import re

import httpx
import pytest

from tests.unit.portal.platform import FIRM, Services, fields_at, officer_before, posted
from tests.unit.portal.test_title_pages import CITED, ELIGIBLE, HELD, ID, PAGE

TITLE = f"/certifications/{ID}"
HERE = f"/officers{TITLE}"
BACK = "/officers/certifications?eligibility=revoked"
GROUNDS = [{"duty": each, "citation": CITED} for each in ("update", "change_report")]
CAN_TAKE = HELD | {"allowed": ["revoked"], "grounds": GROUNDS, "eligibility_history": []}


@pytest.fixture
def services():
    return Services({
        "GET /certifications": {"items": [HELD], "next": "/api/v1/certifications?cursor=abc"},
        f"GET {TITLE}": CAN_TAKE,
        f"GET {TITLE}/eligibility": ELIGIBLE,
        f"POST {TITLE}/revocation": HELD,
        **{f"GET /{name}": PAGE for name in ("reviews", "timeline")},
    })  # fmt: skip


@pytest.fixture
async def officer(services):
    async with officer_before(services) as client:
        yield client


@pytest.mark.parametrize(
    ("silent", "path", "says"),
    [
        ("/certifications", "/officers/certifications", "称号名单暂时无法显示"),
        (f"{TITLE}/eligibility", HERE, "复核条件暂时无法显示"),
        (f"{TITLE}/assessment", HERE, "自评暂时无法显示"),
        ("/reviews", HERE, "复核记录暂时无法显示"),
        ("/timeline", HERE, "称号经历暂时无法显示"),
        ("/certifications", HERE, "称号详情暂时无法显示"),
    ],
)
async def test_a_part_whose_service_is_silent_is_missing_and_the_rest_stands(officer, services, silent, path, says):
    services.silent = (silent,)
    page = await officer.get(path)
    assert page.status_code == 200
    assert says in page.text


@pytest.mark.parametrize(("path", "calls"), [("/officers/certifications", 1), (HERE, 5), (f"{HERE}/revocation", 1)])
async def test_a_page_asks_a_small_fixed_number_of_things(officer, services, path, calls):
    services.answers["GET /certifications"]["items"] *= 9
    assert (await officer.get(path)).status_code == 200
    assert len(services.asked) == calls


async def test_the_list_is_paged_with_its_filters_and_each_title_knows_the_way_back(officer, services):
    text = (await officer.get("/officers/certifications?eligibility=held&title=innovative&status=")).text
    assert "eligibility=held&amp;following=/api/v1/certifications%3Fcursor%3Dabc" in text
    assert f"{HERE}?back=/officers/certifications%3Feligibility%3Dheld%26title%3Dinnovative" in text
    asked = dict(services.asked[-1].url.params)
    assert (asked["eligibility"], asked["title"], "status" in asked) == ("held", "innovative", False)


async def test_only_what_is_allowed_and_has_a_ground_is_offered(officer, services):
    assert "取消复核资格" in (await officer.get(HERE)).text
    services.answers[f"GET {TITLE}"] = CAN_TAKE | {"grounds": GROUNDS[1:]}
    text = (await officer.get(f"{HERE}/revocation")).text
    assert re.findall(r'name="duty" value="(\w+)"', text) == ["change_report"]
    services.answers[f"GET {TITLE}"] = CAN_TAKE | {"allowed": []}
    assert f"{HERE}/revocation" not in (await officer.get(HERE)).text
    assert (await officer.get(f"{HERE}/revocation", params={"back": BACK})).status_code == 303


async def test_the_right_is_taken_once_for_what_was_typed(officer, services):
    form = await fields_at(officer, f"{HERE}/revocation", back=BACK)
    told = {"duty": "update", "reason": "情况不实"}
    answer = await officer.post(f"{HERE}/revocation", data=form | told)
    assert httpx.URL(answer.headers["Location"]).params["back"] == BACK
    assert posted(services) == (told, form["key"])


async def test_an_act_that_no_title_has_is_not_there(officer):
    assert (await officer.get(f"{HERE}/nonsense")).status_code == 404
    assert FIRM in (await officer.get(HERE)).text
