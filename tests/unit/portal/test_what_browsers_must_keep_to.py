"""Every page, those that fail among them, tells browsers what they must keep to; nobody is sent away or kept in."""

import re

import httpx
import pytest

from services.portal.login import own_path
from services.portal.main import build
from services.portal.session import COOKIE, Sessions
from services.portal.settings import PortalSettings
from services.portal.visit import log_in
from tests.unit.portal.platform import FIRM, Services, clerk_before

POLICY = ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/help", 200), ("/session/firm", 200), ("/nowhere", 404), ("/changes/1", 404), ("/officers/changes", 404)],
)  # fmt: skip
async def test_every_answer_has_its_policy_and_is_kept_by_nobody(path, status):
    services = Services({})
    services.silent = ("/regulation",)
    async with clerk_before(services, raise_app_exceptions=False) as browser:
        answer = await browser.get(path)
    assert answer.status_code == status
    assert all(part in answer.headers["Content-Security-Policy"] for part in POLICY)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|style=", answer.text)


@pytest.mark.parametrize(("url", "secure"), [("https://peiyu.example", True), ("http://127.0.0.1:8000", False)])
def test_the_session_is_for_this_portal_alone_and_over_tls_where_there_is_tls(url, secure):
    sessions = Sessions(None, PortalSettings(environment="test", public_url=url))
    for cookie in sessions._cookies({"account": {"subject": "a"}}, set()):
        name, *attributes = cookie.split("; ")
        assert name.startswith(COOKIE)
        assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
        assert ("Secure" in attributes) == secure
        assert not any(each.startswith("Domain") for each in attributes)


def test_a_login_begins_a_new_session():
    session = {"account": {"subject": "planted"}, "left": "behind", "csrf": "known"}
    request = httpx.Request("GET", "http://portal")
    request.session = session
    log_in(request, {"access_token": "t", "expires_in": 60}, {"sub": "a", "credit_codes": [FIRM]})
    assert session.keys() == {"account", "token"}
    assert session["account"]["subject"] == "a"


@pytest.mark.parametrize(
    "text",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
     " //evil.example", "javascript:alert(1)", "http:evil.example", "///evil.example", "", None, "evil.example"],
)  # fmt: skip
def test_nobody_is_sent_away_to_elsewhere(text):
    assert own_path(text) == "/home"


async def test_whatever_host_is_asked_for_the_way_back_from_the_login_is_the_portals_own():
    app = build(PortalSettings(environment="test"), httpx.MockTransport(Services({})))
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal")
    answer = await browser.get("/home", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/session/start?back=%2Fhome"
    assert "evil" not in (await browser.get("/", headers={"Host": "evil.example"})).text


async def test_what_is_posted_from_elsewhere_is_refused():
    services = Services({})
    async with clerk_before(services) as browser:
        answer = await browser.post("/session/language", data={"language": "en", "csrftoken": "guessed"})
        assert (answer.status_code, services.asked) == (403, [])
