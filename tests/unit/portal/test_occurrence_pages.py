"""The officers' pages of what they recorded: what they ask, what they offer, what they say while services are silent."""

import re

import httpx
import pytest

from tests.unit.portal.platform import FIRM, Services, officer_before
from tests.unit.portal.reports import CITATION

ID = "0196f3c0-0000-7000-8000-000000000002"
HERE = f"/officers/occurrences/{ID}"


def occurrence(**other):
    """An overdue one as the API answers it, but for `other`."""
    return {
        "id": ID, "version": 1, "credit_code": FIRM, "enterprise_name": "厦门示例有限公司", "authority": "XM-SM",
        "type": "rename", "state": "overdue", "happened_on": "2026-05-08", "evidence": "公示系统", "due": "2026-08-10",
        "nominal_due": "2026-08-08", "provisional": False, "citation": CITATION, "consequence": CITATION,
        "recorded_at": "2026-05-21T02:00:00Z", "recorded_by_name": "林小红", "report_id": None, "closed_at": None,
        "closed_by_name": None, "closed_for": None, "sanction": None, "allowed": ["dismiss"], "titles": [],
    } | other  # fmt: skip


@pytest.fixture
def services():
    return Services(
        {
            f"GET /occurrences/{ID}": occurrence(),
            "GET /occurrences": {"items": [occurrence()] * 50, "next": None},
            "GET /timeline": {"items": [], "next": None},
        }
    )


@pytest.fixture
async def officer(services):
    async with officer_before(services) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "calls"),
    [("/officers/occurrences", 1), ("/officers/occurrences/new", 0), (HERE, 2), (f"{HERE}/dismissal", 1)],
)
async def test_a_page_asks_a_small_fixed_number_of_things(officer, services, path, calls):
    assert (await officer.get(path)).status_code == 200
    assert len(services.asked) == calls


async def test_only_what_is_allowed_is_offered(officer, services):
    for allowed, acts in ((["dismiss"], ["dismissal"]), (["dismiss", "sanction"], ["sanction", "dismissal"]), ([], [])):
        services.answers[f"GET /occurrences/{ID}"] = occurrence(allowed=allowed)
        assert re.findall(rf'href="{HERE}/(\w+)\?', (await officer.get(HERE)).text) == acts
    answer = await officer.get(f"{HERE}/dismissal")
    assert httpx.URL(answer.headers["Location"]).path == HERE


async def test_what_there_is_already_is_one_click_away(officer, services):
    problem = {"type": "/problems/occurrence-recorded", "title": "…", "title_zh": "该变化已有登记", "status": 409}
    services.answers["POST /occurrences"] = {"status_code": 409, "problem": problem | {"occurrence_id": ID}}
    page = await officer.get("/officers/occurrences/new", params={"credit_code": FIRM})
    assert f'value="{FIRM}"' in page.text
    token = re.search(r'name="csrftoken" value="([^"]*)"', page.text)
    assert token
    again = await officer.post("/officers/occurrences/new", data={"csrftoken": token[1], "evidence": "又见"})
    assert again.status_code == 409
    assert f'href="{HERE}"' in again.text
    assert "又见" in again.text


@pytest.mark.parametrize(
    ("silent", "path", "says"),
    [
        ("/timeline", HERE, "办理过程暂时无法显示"),
        ("/occurrences", "/officers/occurrences", "重大变化线索暂时无法显示"),
    ],
)
async def test_what_is_silent_is_said(officer, services, silent, path, says):
    services.silent = (silent,)
    page = await officer.get(path)
    assert page.status_code == 200
    assert says in page.text
