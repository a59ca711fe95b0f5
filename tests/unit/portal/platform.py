"""The platform as the portal calls it, and the browsers of a clerk and an officer before the portal."""

import html
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx

from services.portal.main import build
from services.portal.session import Sessions
from services.portal.settings import PortalSettings
from shared.runtime.clock import real_now

FIRM = "91350203MA31F1331W"
STALE = {"status_code": 412, "problem": {"title": "…", "status": 412}}
"""What is answered to who did not see the newest version."""


class Services:
    """Answers by `METHOD /path`; keeps what is asked. Paths that begin with one of `silent` get no answer.

    An answer's `status_code` is its status, its `problem` the whole of its body; several are given one after another.
    """

    def __init__(self, answers):
        self.asked = []
        self.silent = ()
        self.answers = answers

    async def __call__(self, request):
        path = request.url.path.removeprefix("/api/v1")
        if any(path.startswith(each) for each in self.silent):
            raise httpx.ConnectError("nobody answers", request=request)
        self.asked.append(request)
        found = self.answers.get(f"{request.method} {path}")
        if isinstance(found, list):
            found = found.pop(0)
        if found is None:
            return httpx.Response(404, json={"title": "There is no such thing here", "status": 404})
        return httpx.Response(found.get("status_code", 200), json=found.get("problem", found), headers={"ETag": '"3"'})


CLERK = {"subject": "a", "name": "甲", "role": "enterprise", "status": "approved", "credit_codes": [FIRM],
         "firm": FIRM, "authority": None}  # fmt: skip
OFFICER = CLERK | {"role": "authority", "credit_codes": [], "firm": None, "authority": "XM-SM"}


@asynccontextmanager
async def logged_in(account, services, *, raise_app_exceptions=True) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which the account is logged in."""
    settings = PortalSettings(environment="test")
    app = build(settings, httpx.MockTransport(services))
    token = {"access": "t", "id": None, "until": real_now().timestamp() + 3600}
    (cookie,) = Sessions(app, settings)._cookies({"account": account, "token": token}, set())
    name, _, value = cookie.partition(";")[0].partition("=")
    transport = httpx.ASGITransport(app, raise_app_exceptions=raise_app_exceptions)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal", cookies={name: value}) as client:
        yield client


clerk_before = partial(logged_in, CLERK)
officer_before = partial(logged_in, OFFICER)


async def fields_at(client, path, **query):
    """The hidden fields of the form that the page at `path` posts there."""
    text = (await client.get(path, params=query)).text
    return {name: html.unescape(value) for name, value in re.findall(
        r'<input type="hidden" name="([^"]*)" value="([^"]*)"', text[text.index(f'action="{path}"'):]
    )}  # fmt: skip


def posted(services):
    """The body and the Idempotency-Key of the one thing that was sent."""
    (found,) = [each for each in services.asked if each.method == "POST"]
    return json.loads(found.content), found.headers.get("Idempotency-Key")
