"""The pages of the annual update when services fall silent, and what they ask of them."""

import html
import re

import pytest

from services.cli.tour.forms import update_form
from services.portal.forms import flat
from tests.unit.portal.platform import FIRM, STALE, Services, clerk_before

HERE = f"/enterprises/{FIRM}"
DRAFT = f"{HERE}/update_drafts/2026"
CONTACT = {"name": "林海燕", "mobile": "13959201234", "email": "a@b.example", "language": "zh-CN"}


@pytest.fixture
def services():
    form = {name: value for name, value in update_form(FIRM, 2026).items() if name != "duty_year"}
    draft = {"duty_year": 2026, "version": 3, "saved_at": "2026-04-20T10:00:00Z", "form": form, "defects": []}
    firm = {"credit_code": FIRM, "version": 3, "name": "厦门示例有限公司", "authority": "XM-SM",
            "registered_place": None, "contact": CONTACT, "second_contact": None, "names": [],
            "updated_years": {}}  # fmt: skip
    return Services(
        {
            f"GET {HERE}": firm,
            f"GET {DRAFT}": draft,
            f"PUT {DRAFT}": draft,
            f"GET {HERE}/updates": {"items": [], "next": None},
            f"GET {HERE}/freshness": {"credit_code": FIRM, "year": 2026, "titles": []},
            f"POST {HERE}/updates": {},
            "GET /obligations": {"items": [], "next": None},
        }
    )


@pytest.fixture
async def clerk(services):
    async with clerk_before(services, raise_app_exceptions=False) as client:
        yield client


async def post(clerk, path, **fields):
    found = re.search(r'name="csrftoken" value="([^"]+)"', (await clerk.get("/update/2026")).text)
    assert found
    return await clerk.post(path, data={"csrftoken": html.unescape(found[1]), **fields})


async def test_a_silent_service_keeps_what_was_typed_and_who_did_it(services, clerk):
    token = re.search(r'name="csrftoken" value="([^"]+)"', (await clerk.get("/update/2026")).text)
    assert token
    services.silent = ("/enterprises",)
    fields = {"csrftoken": html.unescape(token[1]), "etag": '"3"', "do": "next", "product.name": "写到一半的产品"}
    answer = await clerk.post("/update/2026/product", data=fields)
    assert answer.status_code == 503
    for text in ("您填写的内容仍在本页", 'action="/update/2026/product"', "写到一半的产品", 'name="do" value="next"'):
        assert text in answer.text


async def test_a_silent_notifier_takes_its_own_part_from_the_page_only(services, clerk):
    services.silent = ("/obligations",)
    answer = await clerk.get("/enterprise")
    assert answer.status_code == 200
    assert "待办的信息更新暂时无法显示" in answer.text
    assert "信息更新（2026年度）" in answer.text
    assert len(services.asked) <= 6


@pytest.mark.parametrize("path", ["/enterprise", "/update/2026", "/update/2026/years", "/update/2026/check"])
async def test_a_page_makes_few_calls(services, clerk, path):
    assert (await clerk.get(path)).status_code == 200
    assert len(services.asked) <= 6


async def test_the_key_the_version_and_what_was_checked_are_what_is_submitted(services, clerk):
    fields = {"key": "one-click", "etag": '"3"', "declaration.accepted": "true", "declaration.signatory": "陈建国"}
    answer = await post(clerk, "/update/2026/check", **fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/update/2026/done")
    (sent,) = [each for each in services.asked if each.method == "POST"]
    assert sent.headers["Idempotency-Key"] == "one-click"
    assert b'"duty_year":2026' in sent.content


async def test_what_was_typed_of_one_group_leaves_the_others_as_they_are(services, clerk):
    answer = await post(clerk, "/update/2026/ip", **{"etag": '"3"', "do": "save", "ip.class_1": "七"})
    assert answer.headers["Location"] == "/update/2026/ip?saved=yes"
    (sent,) = [each for each in services.asked if each.method == "PUT"]
    assert sent.headers["If-Match"] == '"3"'
    told = sent.read().decode()
    assert '"class_1":"七"' in told
    assert "微型传感器" in told


async def test_of_two_clicks_at_once_the_later_finds_saved_what_it_sends(services, clerk):
    before = services.answers[f"GET {DRAFT}"]
    product = {name: str(told) for name, told in before["form"]["product"].items()}
    fields = flat({"product": product | {"name": "新产品"}}) | {"etag": '"3"', "do": "save"}
    services.answers[f"PUT {DRAFT}"] = STALE
    for name, status in (("新产品", 303), ("别的产品", 412)):
        after = before | {"form": before["form"] | {"product": product | {"name": name}}}
        services.answers[f"GET {DRAFT}"] = [before, before, after]
        answer = await post(clerk, "/update/2026/product", **fields)
        assert answer.status_code == status
        assert status == 303 or ("新产品" in answer.text and "别的产品" in answer.text)
