"""The officers' pages of a review when services fall silent, what they ask of them, and what they send."""

import re
from functools import partial

import httpx
import pytest

from tests.unit.portal.platform import FIRM, Services, fields_at, officer_before, posted
from tests.unit.portal.test_title_pages import APPLIED, CITED, HELD, ID, PAGE

REVIEW = f"/reviews/{ID}"
HERE = f"/officers{REVIEW}"
LIST = "/officers/reviews"
BACK = f"{LIST}?worklist=to_review&title=innovative"
form_at = partial(fields_at, back=BACK)
OBJECTIONS = [
    {"number": number, "at": "2026-05-23T02:00:00Z", "from_whom": "某职工", "text": f"异议{number}", "upheld": upheld,
     "finding": None, "found_at": None}
    for number, upheld in ((1, False), (2, None), (3, None))
]  # fmt: skip
OUTCOMES = [{"outcome": each, "status": "rejected", "citation": CITED} for each in ("passed", "rejected")]
OPEN = APPLIED | {
    "status": "submitted", "step": "authority", "days_left": 3, "handling": {"due": "2026-05-25", "left": 15},
    "certification_id": ID, "assignee": None, "assignee_name": None, "outcomes": OUTCOMES,
    "allowed": ["on_site_check_recorded", "authority_decision", "returned", "assigned"],
    "correction_time": {"due": "2026-06-05", "citation": CITED},
}  # fmt: skip


@pytest.fixture
def services():
    return Services({
        "GET /reviews": {"items": [OPEN], "next": "/api/v1/reviews?cursor=abc"},
        "GET /reviews/worklists": {"items": {"to_review": 3, "in_public_notice": 1}, "most": 1000},
        f"GET {REVIEW}": OPEN,
        "GET /timeline": PAGE,
        f"GET /enterprises/{FIRM}": {"registered_place": "厦门", "contact": None, "second_contact": None},
        f"GET /certifications/{ID}": HELD,
        **{f"POST {REVIEW}/{act}": OPEN for act in ("on_site_check", "authority_decision", "objections/2/finding")},
        "POST /reviews/bulk": {"results": [{"id": ID, "status": 200, "problem": None}]},
    })  # fmt: skip


@pytest.fixture
async def officer(services):
    async with officer_before(services) as client:
        yield client


@pytest.mark.parametrize(
    ("silent", "path", "says"),
    [
        ("/timeline", HERE, "办理过程暂时无法显示"),
        ("/enterprises", HERE, "企业信息暂时无法显示"),
        ("/certifications", HERE, "称号暂时无法显示"),
        ("/reviews", LIST, "复核申请暂时无法显示"),
    ],
)
async def test_a_part_whose_service_is_silent_is_missing_and_the_rest_stands(officer, services, silent, path, says):
    services.silent = (silent,)
    page = await officer.get(path)
    assert page.status_code == 200
    assert says in page.text
    assert "复核办理" in page.text or f"{HERE}/authority_decision" in page.text


@pytest.mark.parametrize(
    ("path", "calls"),
    [(LIST, 2), (HERE, 4), (f"{HERE}/authority_decision", 1), (f"{HERE}/print", 1), (f"{LIST}/bulk/return?id={ID}", 1)],
)
async def test_a_page_asks_a_small_fixed_number_of_things(officer, services, path, calls):
    services.answers["GET /reviews"]["items"] *= 9
    assert (await officer.get(path)).status_code == 200
    assert len(services.asked) == calls


async def test_only_what_is_allowed_is_offered_in_the_order_of_the_procedure(officer, services):
    offered = re.findall(rf'href="{HERE}/(\w+)\?', (await officer.get(HERE)).text)
    assert offered == ["on_site_check", "authority_decision", "return", "assignment"]
    services.answers[f"GET {REVIEW}"] = OPEN | {"allowed": []}
    assert not re.findall(rf'href="{HERE}/(\w+)\?', (await officer.get(HERE)).text)


async def test_only_the_outcomes_that_the_service_names_can_be_chosen(officer, services):
    services.answers[f"GET {REVIEW}"] = OPEN | {"outcomes": OUTCOMES[1:]}
    text = (await officer.get(f"{HERE}/authority_decision")).text
    assert re.findall(r'name="outcome" value="(\w+)"', text) == ["rejected"]


async def test_what_was_found_on_site_is_sent_with_every_inspector(officer, services):
    form = await form_at(officer, f"{HERE}/on_site_check")
    typed = {"checked_on": "2026-05-22", "inspectors": "王海、李明\r\n 陈静 ", "result": "conforms", "findings": "一致"}
    answer = await officer.post(f"{HERE}/on_site_check", data=form | typed)
    assert httpx.URL(answer.headers["Location"]).params["back"] == BACK
    assert posted(services) == (typed | {"inspectors": ["王海", "李明", "陈静"]}, form["key"])


async def test_objections_are_found_on_each_by_its_number(officer, services):
    noticed = {"status": "in_public_notice", "notice_ends": "2026-05-29", "allowed": ["objection_settled"]}
    services.answers[f"GET {REVIEW}"] = OPEN | {"objections": OBJECTIONS} | noticed
    text = (await officer.get(HERE)).text
    assert re.findall(rf"{HERE}/finding\?number=(\d)", text) == ["2", "3"]
    assert (await form_at(officer, f"{HERE}/finding", number="3"))["number"] == "3"
    form = await form_at(officer, f"{HERE}/finding")
    told = {"upheld": "false", "finding": "不属实", "confirmed": "true"}
    assert (await officer.post(f"{HERE}/finding", data=form | told)).status_code == 303
    assert posted(services)[0] == {"upheld": False, "finding": "不属实"}
    for number in ("9", "1/../2"):
        assert (await officer.get(f"{HERE}/finding?number={number}")).status_code == 404
        assert (await officer.post(f"{HERE}/finding", data=form | told | {"number": number})).status_code == 404


async def test_what_is_final_is_done_once_it_is_confirmed(officer, services):
    form = await form_at(officer, f"{HERE}/authority_decision")
    told = {"outcome": "passed", "opinion": "属实"}
    assert (await officer.post(f"{HERE}/authority_decision", data=form | told)).status_code == 422
    assert (await officer.post(f"{HERE}/authority_decision", data=form | told | {"confirmed": "true"})).is_redirect
    assert posted(services) == (told, form["key"])


async def test_many_are_decided_alike(officer, services):
    form = await form_at(officer, f"{LIST}/bulk/authority_decision", id=ID)
    told = {"outcome": "passed", "opinion": "属实", "confirmed": "true"}
    page = await officer.post(f"{LIST}/bulk/authority_decision", data=form | told)
    assert "1件已办理，0件没有办成。" in page.text
    body = {"outcome": "passed", "opinion": "属实"}
    assert posted(services) == ({"act": "authority_decision", "ids": [ID], "body": body}, form["key"])


async def test_a_list_asks_for_its_own_and_keeps_its_filters(officer, services):
    text = (await officer.get(f"{LIST}?worklist=in_public_notice&title=innovative&assignee=me")).text
    (asked,) = [dict(each.url.params) for each in services.asked if each.url.path.endswith("/reviews")]
    assert (asked["worklist"], asked["title"], asked["assignee"]) == ("in_public_notice", "innovative", "me")
    assert "worklist=in_public_notice&amp;title=innovative&amp;assignee=me&amp;following=" in text


@pytest.mark.parametrize("path", [f"{HERE}/nonsense", f"{LIST}/bulk/bureau_decision?id={ID}"])
async def test_an_act_that_there_is_not_or_not_for_this_office_is_not_there(officer, path):
    assert (await officer.get(path)).status_code == 404
