"""The bureau's other pages when services fall silent, what they ask of them, and what they send."""

import html
import re

import httpx
import pytest

from tests.unit.portal.platform import OFFICER, Services, logged_in

ID = "01900000-0000-7000-8000-000000000001"
CITED = {"document": "厦工信规〔2023〕2号", "article": "第十二条", "text": "条文", "text_en": "The article"}
PAGE = {"items": [], "next": None}
EXTENSION = {
    "id": ID, "year": 2026, "titles": ["specialized"], "authorities": ["XM-SM"], "nominal_due": "2026-04-30",
    "due": "2026-06-26", "source": "厦工信企业〔2026〕36号", "in_force": True, "declared_at": "2026-04-01T02:00:00Z",
    "declared_by_name": "王海", "withdrawn_at": None, "withdrawn_by_name": None, "withdrawal_reason": None,
    "citation": CITED,
}  # fmt: skip
COUNTS = {"items": [
    {"authority": authority, "title": title, "owing": 9, "not_updated": 4, "due": "2026-04-30"}
    for authority in ("XM-SM", "XM-HL") for title in ("specialized", "innovative")
]}  # fmt: skip
PREVIEW = {"titles": [{"title": "specialized", "nominal_due": "2026-04-30"}], "due": "2026-06-26", "citation": CITED}
SUBSCRIPTION = {
    "id": ID, "version": 3, "authority": "XM-GXJ", "subscriber": "a", "name": "王海", "email": "wang@gxj.example",
    "language": "zh-CN", "duties": ["update"], "kinds": ["update_due"], "delivery": "daily",
    "created_at": "2026-04-01T02:00:00Z", "ended_at": None,
}  # fmt: skip
NOTICES = "/officers/notices"
CHECK = f"{NOTICES}/extensions/check"
ASKED = {"source": "厦工信企业〔2026〕36号", "year": "2026", "due": "2026-06-26", "titles": ["specialized", "innovative"],
         "scope": "some", "authorities": "XM-SM"}  # fmt: skip


@pytest.fixture
def services():
    return Services({
        "GET /deadline_extensions": {"items": [EXTENSION], "next": None},
        f"GET /deadline_extensions/{ID}": EXTENSION,
        "POST /deadline_extensions/preview": PREVIEW,
        "POST /deadline_extensions": EXTENSION,
        "GET /update_statistics": COUNTS,
        f"GET /subscriptions/{ID}": SUBSCRIPTION,
        "PUT /subscriptions/" + ID: SUBSCRIPTION,
        "GET /mail_previews": {"items": [{"kind": "update_due", "audience": "officers"}]},
        "POST /certification_imports": {"id": ID},
        **{f"GET /{name}": PAGE for name in (
            "campaigns", "messages", "obligations", "certification_imports", "subscriptions", "delegations",
        )},
    })  # fmt: skip


@pytest.fixture
async def bureau(services):
    async with logged_in(OFFICER | {"role": "bureau", "authority": None}, services) as client:
        yield client


def sent(services, method="POST"):
    found = [each for each in services.asked if each.method == method][-1]
    return httpx.Response(200, content=found.content).json(), found.headers


def form_at(text, action):
    (found,) = re.findall(rf'<form method="post" action="{action}".*?</form>', text, re.DOTALL)
    inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', found)
    fields: dict[str, list[str]] = {}
    for name, value in inputs:
        fields.setdefault(name, []).append(html.unescape(value))
    return fields


@pytest.mark.parametrize(
    ("silent", "path", "says", "still"),
    [
        ("/campaigns", NOTICES, "复核批次暂时无法显示", "厦工信企业〔2026〕36号"),
        ("/deadline_extensions", NOTICES, "延期通知暂时无法显示", "发布复核批次"),
        ("/update_statistics", f"{NOTICES}/extensions/{ID}", "涉及的企业暂时无法显示", "撤销本通知"),
        ("/update_statistics", f"{CHECK}?year=2026&titles=specialized&due=2026-06-26&source=x", "涉及的企业暂时无法显示", "确认发布"),
        ("/messages", "/officers/messages", "邮件记录暂时无法显示", "制作送达证明"),
        ("/proofs_of_notice", f"/officers/messages/proof?obligation_id={ID}", "送达证明暂时无法显示", "统一社会信用代码"),
        ("/obligations", "/officers/firms", "应办企业暂时无法显示", "截止日期"),
        ("/certification_imports", "/officers/imports", "导入记录暂时无法显示", "上传并核对"),
        ("/subscriptions", "/officers/subscriptions", "邮件订阅暂时无法显示", "新增订阅"),
        ("/mail_previews", f"/officers/subscriptions/{ID}", "邮件的种类暂时无法显示", "wang@gxj.example"),
        ("/delegations", "/officers/delegations", "经办人授权暂时无法显示", "统一社会信用代码"),
    ],
)  # fmt: skip
async def test_a_part_whose_service_is_silent_is_missing_and_the_rest_stands(
    bureau, services, silent, path, says, still
):
    services.silent = (silent,)
    page = await bureau.get(path)
    assert page.status_code == 200
    assert says in page.text
    assert still in page.text


@pytest.mark.parametrize(
    ("path", "calls"),
    [
        (NOTICES, 2), (f"{NOTICES}/extensions/{ID}", 2), (f"{NOTICES}/extensions/new", 0), ("/officers/messages", 1),
        ("/officers/firms", 1), ("/officers/imports", 1), ("/officers/subscriptions", 1),
        (f"/officers/subscriptions/{ID}", 2), ("/officers/delegations", 1), ("/officers/enterprises/new", 0),
    ],
)  # fmt: skip
async def test_a_page_asks_a_small_fixed_number_of_things(bureau, services, path, calls):
    services.answers["GET /deadline_extensions"] = {"items": [EXTENSION] * 20, "next": None}
    assert (await bureau.get(path)).status_code == 200
    assert len(services.asked) == calls


async def test_an_extension_is_checked_with_whom_it_concerns_and_declared_as_it_was_checked(bureau, services):
    page = await bureau.get(CHECK, params=ASKED)
    rows = re.findall(r"<td>(思明区|湖里区)</td>", page.text)
    assert rows == ["思明区"] * 2
    fields = form_at(page.text, CHECK)
    for _ in range(2):
        answer = await bureau.post(CHECK, data=fields)
        assert answer.headers["Location"] == f"{NOTICES}/extensions/{ID}?done=declared"
    body, headers = sent(services)
    assert body == {
        "source": "厦工信企业〔2026〕36号", "year": "2026", "due": "2026-06-26", "titles": ["specialized", "innovative"],
        "authorities": ["XM-SM"],
    }  # fmt: skip
    assert [headers["Idempotency-Key"]] == fields["key"]


async def test_authorities_count_only_where_there_are_only_some(bureau, services):
    fields = form_at((await bureau.get(CHECK, params=ASKED | {"scope": "all"})).text, CHECK)
    await bureau.post(CHECK, data=fields)
    assert "authorities" not in sent(services)[0]


async def test_what_is_wrong_with_the_second_title_stands_beside_it(bureau, services):
    errors = [{"pointer": "/titles/1", "code": "x", "detail": "owes none", "detail_zh": "没有更新义务"}]
    services.answers["POST /deadline_extensions/preview"] = {
        "status_code": 422, "problem": {"title": "…", "status": 422, "errors": errors},
    }  # fmt: skip
    page = await bureau.get(CHECK, params=ASKED)
    assert page.status_code == 422
    assert 'href="#titles.1"' in page.text
    assert re.search(r'id="titles\.1" checked name="titles" value="innovative" aria-describedby', page.text)


async def test_all_is_subscribed_to_where_nothing_is_chosen(bureau, services):
    page = (await bureau.get(f"/officers/subscriptions/{ID}")).text
    fields = form_at(page, f"/officers/subscriptions/{ID}")
    await bureau.post(f"/officers/subscriptions/{ID}", data=fields | {"email": "wang@gxj.example", "delivery": "daily"})
    body, headers = sent(services, "PUT")
    assert (body["duties"], body["kinds"], headers["If-Match"]) == (None, None, '"3"')


async def test_a_list_is_uploaded_to_be_looked_at(bureau, services):
    token = form_at((await bureau.get("/officers/imports")).text, "/officers/imports")["csrftoken"][0]
    answer = await bureau.post(
        "/officers/imports",
        files=[("csrftoken", (None, token)), ("duties_from", (None, "2026-01-01")), ("file", ("名单.csv", b"x"))],
    )
    assert answer.headers["Location"] == f"/officers/imports/{ID}"
    asked = services.asked[-1].url.params
    assert dict(asked) == {"preview": "true", "duties_from": "2026-01-01"}
