"""The officers' pages of a change report when services fall silent, what they ask of them, and what they send."""

import html
import re
from functools import partial

import httpx
import pytest

from tests.unit.portal.platform import FIRM, Services, fields_at, officer_before, posted
from tests.unit.portal.reports import report

PATH = f"/changes/{report()['id']}"
HERE = f"/officers{PATH}"
BACK = "/officers/changes?worklist=to_review&type=rename"
form_at = partial(fields_at, back=BACK)
OPEN = {"status": "submitted", "allowed": ["return", "give_opinion", "assign"], "days_left": 3}


@pytest.fixture
def services():
    return Services(
        {
            f"GET {PATH}": report(**OPEN),
            "GET /timeline": {"items": [], "next": None},
            f"GET /enterprises/{FIRM}": {"registered_place": "厦门", "contact": None, "second_contact": None},
            "GET /certifications": {"items": [], "next": None},
            f"POST {PATH}/opinion": report(status="opinion_given", allowed=[]),
            f"POST {PATH}/return": report(status="returned", allowed=[]),
        }
    )


@pytest.fixture
async def officer(services):
    async with officer_before(services) as client:
        yield client


@pytest.mark.parametrize(
    ("silent", "says"),
    [
        ("/timeline", "办理过程暂时无法显示"),
        ("/enterprises", "企业信息暂时无法显示"),
        ("/certifications", "称号暂时无法显示"),
    ],
)
async def test_a_part_whose_service_is_silent_is_missing_and_the_case_can_be_worked_on(officer, services, silent, says):
    services.silent = (silent,)
    page = await officer.get(HERE)
    assert page.status_code == 200
    assert says in page.text
    assert f"{HERE}/opinion" in page.text


@pytest.mark.parametrize(("path", "calls"), [(HERE, 4), (f"{HERE}/opinion", 1), (f"{HERE}/print", 1)])
async def test_a_page_asks_a_small_fixed_number_of_things(officer, services, path, calls):
    assert (await officer.get(path)).status_code == 200
    assert len(services.asked) == calls


async def test_only_what_is_allowed_is_offered(officer, services):
    for allowed in (["give_opinion"], ["decide", "sanction"], []):
        services.answers[f"GET {PATH}"] = report(status="submitted", allowed=allowed)
        text = (await officer.get(HERE)).text
        offered = re.findall(rf'href="{HERE}/(\w+)\?', text)
        assert offered == {"give_opinion": ["opinion"], "decide": ["decision", "sanction"]}.get((*allowed, "")[0], [])


async def test_an_act_carries_the_key_of_its_page_and_comes_back_with_the_list_kept(officer, services):
    form = await form_at(officer, f"{HERE}/opinion")
    answer = await officer.post(f"{HERE}/opinion", data=form | {"meets_criteria": "true", "opinion": "同意"})
    assert answer.status_code == 303
    assert httpx.URL(answer.headers["Location"]).params["back"] == BACK
    assert posted(services) == ({"meets_criteria": "true", "opinion": "同意"}, form["key"])


async def test_what_is_to_be_corrected_closes_up_where_rows_are_empty(officer, services):
    form = await form_at(officer, f"{HERE}/return")
    rows = {"defects.0.text": "", "defects.1.field": "/reason", "defects.1.text": "写明原因", "defects.2.text": "其他"}
    await officer.post(f"{HERE}/return", data=form | rows | {"due": ""})
    defects = [{"field": "/reason", "text": "写明原因"}, {"field": "", "text": "其他"}]
    assert posted(services)[0] == {"defects": defects, "due": None}


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/session/end", ""])
async def test_the_way_back_leads_nowhere_else(officer, back):
    text = (await officer.get(HERE, params={"back": back})).text
    assert 'class="back" href="/officers/changes"' in text


async def test_an_act_that_no_case_has_is_not_there(officer):
    assert (await officer.get(f"{HERE}/nonsense")).status_code == 404


REPORTS = [report(id=f"0196f3c0-0000-7000-8000-00000000000{each}", **OPEN) for each in range(3)]
CHOSEN = [each["id"] for each in REPORTS]


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({}, {"worklist": "to_review"}),
        ({"worklist": "overdue", "assignee": "me"}, {"worklist": "overdue", "assignee": "me"}),
        ({"worklist": "ended", "credit_code": f" {FIRM} "}, {"ended": "true", "credit_code": FIRM}),
        ({"worklist": "all", "status": "referred"}, {"status": "referred"}),
    ],
)
async def test_a_worklist_is_two_questions_however_many_stand_in_it(officer, services, query, asked):
    services.answers["GET /changes"] = {"items": REPORTS, "next": "/api/v1/changes?cursor=x"}
    services.answers["GET /changes/worklists"] = {"items": {"to_review": 1000, "overdue": 3}, "most": 1000}
    text = (await officer.get("/officers/changes", params=query)).text
    assert [dict(each.url.params) for each in services.asked] == [asked | {"limit": "50"}, {}]
    assert re.findall(r'class="count">([^<]*)<', text) == ["1000+", "3"]
    (following,) = re.findall(r'rel="next" href="([^"]*)"', text)
    later = httpx.URL(html.unescape(following)).params
    assert {name: later[name] for name in query} == {name: value.strip() for name, value in query.items()}
    assert later["following"] == "/api/v1/changes?cursor=x"


async def test_a_worklist_whose_service_is_silent_says_so(officer, services):
    services.silent = ("/changes",)
    page = await officer.get("/officers/changes")
    assert page.status_code == 200
    assert "重大变更暂时无法显示" in page.text


async def test_one_act_on_many_is_sent_once_and_its_mistakes_stand_at_their_fields(officer, services):
    services.answers["GET /changes"] = {"items": REPORTS, "next": None}
    here = "/officers/changes/bulk/opinion"
    form = await form_at(officer, here, id=CHOSEN)
    assert form["id"] == CHOSEN[-1]
    form |= {"id": CHOSEN, "meets_criteria": "true"}
    unconfirmed = await officer.post(here, data=form)
    assert (unconfirmed.status_code, [each.method for each in services.asked]) == (422, ["GET", "GET"])
    problem = {"status": 422, "errors": [{"pointer": "/body/opinion", "detail": "missing", "detail_zh": "必填"}]}
    services.answers["POST /changes/bulk"] = {"status_code": 422, "problem": problem}
    refused = await officer.post(here, data=form | {"confirmed": "true"})
    assert '<a href="#opinion">审核意见：必填</a>' in refused.text
    body, key = posted(services)
    assert (body, key) == ({"act": "opinion", "ids": CHOSEN, "body": {"meets_criteria": "true"}}, form["key"])


async def test_what_was_not_done_keeps_its_selection(officer, services):
    services.answers["GET /changes"] = {"items": REPORTS, "next": None}
    moved = {"title": "…", "title_zh": "报告当前状态不允许此操作", "status": 409}
    results = [{"id": CHOSEN[0], "status": 200, "problem": None}]
    results += [{"id": each, "status": 409, "problem": moved} for each in CHOSEN[1:]]
    services.answers["POST /changes/bulk"] = {"results": results}
    here = "/officers/changes/bulk/opinion"
    form = await form_at(officer, here, id=CHOSEN) | {"id": CHOSEN, "confirmed": "true", "opinion": "同意"}
    text = (await officer.post(here, data=form)).text
    assert "1件已办理，2件没有办成。" in text
    assert "报告当前状态不允许此操作" in text
    (again,) = [html.unescape(each) for each in re.findall(rf'href="({here}[^"]*)"', text)]
    assert httpx.URL(again).params.get_list("id") == CHOSEN[1:]


@pytest.mark.parametrize("act", ["decision", "sanction", "ministry_answer", "nonsense"])
async def test_what_another_office_does_is_not_offered_for_many(officer, act):
    assert (await officer.get(f"/officers/changes/bulk/{act}")).status_code == 404
