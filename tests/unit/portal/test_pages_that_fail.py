"""What nobody foresaw is answered by a page, not by a trace; an address that no page has is not found."""

import httpx
import pytest
from pydantic import SecretStr

from services.portal.main import build
from services.portal.settings import PortalSettings


def platform(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/regulation"):
        return httpx.Response(200, json={"sense": "none"})
    return httpx.Response(
        403, json={"type": "/problems/forbidden", "title": "No", "title_zh": "无权进行此操作", "status": 403}
    )


@pytest.fixture
async def visitor():
    app = build(PortalSettings(environment="test", session_key=SecretStr("x")), httpx.MockTransport(platform))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://portal.test", headers={"Accept": "text/html"}
    ) as client:
        yield client


async def test_an_answer_without_sense_is_a_page_that_says_so(visitor):
    answer = await visitor.get("/help/rules", headers={"Accept-Language": "en"})
    assert (answer.status_code, "Something went wrong on this page" in answer.text) == (500, True)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/problems/nothing", "/nowhere"])
async def test_an_address_that_no_page_has_is_not_found(visitor, path):
    answer = await visitor.get(path)
    assert (answer.status_code, "找不到这个页面" in answer.text) == (404, True)


async def test_a_problems_type_leads_to_its_page_in_both_languages(visitor):
    for language, title in (("zh-CN", "内容已被他人修改"), ("en", "Somebody changed this since you read it")):
        answer = await visitor.get("/problems/stale-version", headers={"Accept-Language": language})
        assert (answer.status_code, f"<h1>{title}</h1>" in answer.text) == (200, True)
