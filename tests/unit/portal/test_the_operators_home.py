"""Every service is shown as it stands, also one that does not answer."""

import httpx
import pytest
from starlette.requests import Request

from services.portal.account import Account
from services.portal.api import Api
from services.portal.pages.home import operator
from services.portal.rendering import Pages
from services.portal.visit import Visit

WELL = {
    "version": "0.1.0", "rules": "xiamen-2023", "parts": {"database": "ok", "broker": "ok"},
    "outbox": {"count": 0, "seconds": 0, "refused": 0}, "inbox": 7, "failed": {"waiting": 0, "dead": 0, "discarded": 3},
    "queue": None, "sealing": {"count": 0, "seconds": 0},
}  # fmt: skip
OPERATOR = Account("operator", "运维人员", "operator", "approved", (), None, None)


async def shown(**told):
    """The page, where `profile` answers as told and nobody else does."""

    def platform(request: httpx.Request) -> httpx.Response:
        if "/profile/" not in request.url.path:
            raise httpx.ConnectError("nobody there")
        return httpx.Response(200, json=WELL | told)

    scope = {
        "type": "http", "method": "GET", "path": "/home", "query_string": b"", "headers": [], "scheme": "http",
        "server": ("portal.test", 80), "csrftoken": lambda: "t",
    }  # fmt: skip
    async with httpx.AsyncClient(transport=httpx.MockTransport(platform), base_url="http://api.test") as client:
        visit = Visit(Request(scope), Pages(), Api(client, "t", "zh-CN"), OPERATOR, "zh-CN")
        return (await operator.home(visit)).body.decode()


async def test_a_service_that_does_not_answer_is_shown_as_silent_and_the_others_as_they_stand():
    page = await shown()
    assert page.count('class="tag bad">没有响应') == 3
    assert page.count('class="tag good">正常') == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"failed": {"waiting": 3, "dead": 1, "discarded": 0}}, ("有失败消息", "3条待重试", "1条已停止")),
        ({"outbox": {"count": 1200, "seconds": 7300, "refused": 0}}, ("有积压", "1,200", "最早2小时前")),
        ({"outbox": {"count": 2, "seconds": 1, "refused": 2}}, ("有积压", "2条无处投递")),
        ({"sealing": {"count": 5, "seconds": 61}}, ("有积压", "最早1分钟前")),
        ({"queue": {"events": 12, "takers": 2}}, ("正常", "2个实例接收")),
        ({"parts": {"database": "ok", "broker": "down"}}, ("部分不可用", "消息总线：不可用")),
        (
            dict.fromkeys(("outbox", "inbox", "failed", "sealing")) | {"parts": {"database": "down", "broker": "ok"}},
            ("部分不可用", "数据库：不可用"),
        ),
    ],
)
async def test_what_is_out_of_order_is_said(told, words):
    page = await shown(**told)
    for word in words:
        assert word in page
