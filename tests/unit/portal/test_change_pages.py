"""The pages of change reports when services fall silent, and what they ask of them; forms with files and their token."""

import html
import re

import httpx
import pytest

from services.portal import api
from tests.unit.portal.platform import STALE, Services, clerk_before
from tests.unit.portal.reports import report

HERE = f"/changes/{report()['id']}"
LIMITS = {"text": 1000, "attachments": 20, "attachment_size": 10 << 20, "endings": [".pdf"]}
THERE = {"type": "rename", "happened_on": "2026-05-08", "details.new_name": "厦门新名有限公司", "reason": "业务发展",
         "impact.main_product_affected": "false", "impact.still_sme": "true",
         "impact.still_meets_criteria": "true"}  # fmt: skip


@pytest.fixture
def services():
    return Services(
        {
            f"GET {HERE}": report(),
            f"PUT {HERE}": report(),
            "GET /changes": {"items": [report()], "next": None},
            "GET /occurrences": {"items": [], "next": None},
            "GET /changes/limits": LIMITS,
            "GET /timeline": {"items": [], "next": None},
            f"POST {HERE}/submission": report(status="submitted"),
        }
    )


@pytest.fixture
async def clerk(services):
    async with clerk_before(services) as client:
        yield client


def form_of(text, action):
    """What the form that posts to `action` would send, as it stands on the page."""
    (found,) = re.findall(rf'<form method="post" action="{action}".*?</form>', text, re.DOTALL)
    inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', found)
    return {name: html.unescape(value) for name, value in inputs}


async def test_what_was_typed_is_kept_while_the_service_is_silent_and_sent_when_it_answers(clerk, services):
    fields = form_of((await clerk.get(f"{HERE}/edit")).text, f"{HERE}/edit")
    typed = fields | {"happened_on": "2026-05-08", "reason": "写了很久的\r\n“原因”", "do": "save"}
    services.silent = ("/changes",)
    kept = await clerk.post(f"{HERE}/edit", data=typed)
    assert kept.status_code == 503
    assert "这项服务暂时没有响应" in kept.text
    again = form_of(kept.text, f"{HERE}/edit")
    services.silent = ()
    assert (await clerk.post(f"{HERE}/edit", data=again)).headers["Location"] == f"{HERE}/edit?saved=yes"
    (written,) = [each for each in services.asked if each.method == "PUT"]
    assert httpx.Response(200, content=written.content).json()["reason"] == "写了很久的\n“原因”"
    assert written.headers["If-Match"] == '"3"'


@pytest.mark.parametrize(
    ("silent", "path", "says", "still"),
    [
        ("/timeline", HERE, "办理过程暂时无法显示", "变化原因"),
        ("/occurrences", "/changes", "待报告的变化暂时无法显示", "变更记录"),
        ("/changes/limits", f"{HERE}/edit", "上传证明材料", "变化原因"),
    ],
)
async def test_a_part_whose_service_is_silent_is_missing_and_the_rest_stands(
    clerk, services, silent, path, says, still
):
    services.silent = (silent,)
    if path == HERE:
        services.answers[f"GET {HERE}"] = report(status="submitted", allowed=["withdraw"])
    page = await clerk.get(path)
    assert page.status_code == 200
    assert says in page.text
    assert still in page.text


@pytest.mark.parametrize(("path", "calls"), [("/changes", 4), (f"{HERE}/edit", 2), (f"{HERE}/check", 1), (HERE, 2)])
async def test_a_page_asks_a_small_fixed_number_of_things(clerk, services, path, calls):
    services.answers["GET /changes"] = {"items": [report()] * 20, "next": None}
    if path == HERE:
        services.answers[f"GET {HERE}"] = report(status="submitted", allowed=[])
    assert (await clerk.get(path)).status_code == 200
    assert len(services.asked) == calls


async def test_a_submission_carries_the_key_of_its_page(clerk, services):
    fields = form_of((await clerk.get(f"{HERE}/check")).text, f"{HERE}/check")
    signed = fields | {"declaration.accepted": "true", "declaration.signatory": "陈建国"}
    for _ in range(2):
        assert (await clerk.post(f"{HERE}/check", data=signed)).headers["Location"] == f"{HERE}/done"
    keys = [each.headers["Idempotency-Key"] for each in services.asked if each.method == "POST"]
    assert keys == [fields["key"]] * 2


@pytest.fixture
def never_waits(monkeypatch):
    monkeypatch.setattr(api, "LOOKS", (0, 0))


IN_FLIGHT = {"status_code": 409, "problem": {
    "type": api.IN_FLIGHT, "title": "…", "title_zh": "相同的请求正在处理", "status": 409,
}}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "to"),
    [
        ([IN_FLIGHT, report(status="submitted")], f"{HERE}/done"),
        ([IN_FLIGHT, IN_FLIGHT, report(status="submitted")], f"{HERE}/done"),
        ([IN_FLIGHT, IN_FLIGHT, IN_FLIGHT], HERE),
    ],
    ids=["done at the second look", "done at the last look", "not done"],
)
async def test_a_click_while_the_first_is_being_worked_on_waits_for_its_answer(
    clerk, services, never_waits, answers, to
):
    fields = form_of((await clerk.get(f"{HERE}/check")).text, f"{HERE}/check")
    services.answers[f"POST {HERE}/submission"] = [*answers]
    assert (await clerk.post(f"{HERE}/check", data=fields)).headers["Location"] == to
    asked = [each for each in services.asked if each.method == "POST"]
    assert [each.headers["Idempotency-Key"] for each in asked] == [fields["key"]] * len(answers)
    assert len({each.content for each in asked}) == 1


async def test_the_second_click_of_one_button_is_no_conflict(clerk, services):
    fields = form_of((await clerk.get(f"{HERE}/edit")).text, f"{HERE}/edit")
    services.answers[f"PUT {HERE}"] = STALE
    saved = await clerk.post(f"{HERE}/edit", data=fields | THERE)
    assert (saved.status_code, saved.headers.get("Location")) == (303, f"{HERE}/edit?saved=yes")
    other = await clerk.post(f"{HERE}/edit", data=fields | THERE | {"reason": "别的原因"})
    assert other.status_code == 412
    assert "这份报告被另外保存过" in other.text
    assert "别的原因" in other.text


@pytest.mark.parametrize(
    ("page", "typed", "done"),
    [("edit", {"reason": "搬迁"}, "edit?saved=yes"), ("type", {"happened_on": "2026-05-07"}, "edit")],
)
async def test_of_two_clicks_at_once_the_later_finds_saved_what_it_sends(clerk, services, page, typed, done):
    services.answers["GET /changes/due_date"] = report()["timeliness"]
    fields = form_of((await clerk.get(f"{HERE}/{page}")).text, f"{HERE}/{page}") | THERE | typed
    services.answers[f"PUT {HERE}"] = STALE
    services.answers[f"GET {HERE}"] = [report(), report(**typed)]
    assert (await clerk.post(f"{HERE}/{page}", data=fields)).headers.get("Location") == f"{HERE}/{done}"
    services.answers[f"GET {HERE}"] = [report(), report(reason="别的原因", happened_on="2026-05-06")]
    other = await clerk.post(f"{HERE}/{page}", data=fields)
    assert other.status_code == 412
    assert all(text in other.text for text in typed.values())
    assert page == "type" or "别的原因" in other.text


async def test_a_due_date_that_there_is_not_is_told_in_the_services_words(clerk, services):
    errors = [{"pointer": "query/happened_on", "code": "x", "detail": "too early", "detail_zh": "不能早于2000年"}]
    services.answers["GET /changes/due_date"] = {
        "status_code": 422, "problem": {"title": "…", "status": 422, "errors": errors},
    }  # fmt: skip
    answer = await clerk.get("/changes/due_date?happened_on=1900-01-01")
    assert (answer.status_code, "不能早于2000年" in answer.text) == (200, True)
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("token", "before_files", "status"),
    [(True, True, 303), (False, True, 403), (True, False, 403), ("another", True, 403)],
)
async def test_a_form_with_files_needs_its_token_before_them(clerk, services, token, before_files, status):
    fields = form_of((await clerk.get(f"{HERE}/edit")).text, f"{HERE}/edit")
    if token is not True:
        fields["csrftoken"] = token or ""
    parts = [(name, (None, value)) for name, value in (fields | {"happened_on": "2026-05-08"}).items()]
    file = [("other", ("scan.pdf", b"%PDF" + bytes(40_000)))]
    answer = await clerk.post(f"{HERE}/edit", files=parts + file if before_files else file + parts)
    assert answer.status_code == status, answer.text
    assert any(each.method == "PUT" for each in services.asked) is (status == 303)
