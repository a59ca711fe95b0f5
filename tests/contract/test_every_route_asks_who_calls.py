"""Every route of every service asks for a token, and every page of the portal for a login, but for those named here."""

import re
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

from services.cli.catalogue import SERVICES, builder, settings_class
from services.login.main import create_app as login_app
from services.login.settings import LoginSettings
from services.portal.main import build as portal_app
from services.portal.settings import PortalSettings
from shared.messaging import EmbeddedBus
from shared.runtime.clock import StandingClock
from shared.web.assembly import Surroundings
from shared.web.auth import current_account
from tests.unit.portal.platform import Services

OF_EACH_PROCESS = {
    "GET /healthz": "for the orchestrator; the gateway does not route it",
    "GET /readyz": "for the orchestrator; the gateway does not route it",
    "GET /metrics": "for the monitoring; the gateway does not route it",
    "GET /openapi.json": "what the API is, without any data",
    "GET /problems/{slug}": "what an error means, without any data",
    "GET /dev/clock": "outside production only",
    "PUT /dev/clock": "outside production only",
}
PUBLIC = {
    "profile": {
        "GET /api/v1/regulation": "the rules are everybody's",
        "GET /api/v1/deadline_extensions/current": "a public notice",
    },
    "reviews": {"GET /api/v1/campaigns/current": "a public notice"},
}
LOGIN = {
    "GET /login/.well-known/openid-configuration": "OIDC discovery",
    "GET /login/jwks": "public keys",
    "GET /login/authorize": "where one logs in",
    "POST /login/authorize": "where one logs in",
    "POST /login/token": "asks for the client's secret",
    "GET /login/userinfo": "asks for the access token itself",
    "POST /login/userinfo": "asks for the access token itself",
    "GET /login/logout": "where one logs out",
    "POST /login/logout": "where one logs out",
}
PAGES = {
    "GET /": "what the platform is for",
    "GET /help": "how to do things",
    "GET /help/accessibility": "how to do things",
    "GET /help/errors": "how to do things",
    "GET /help/rules": "how to do things",
    "GET /api/docs": "what the API is, without any data",
    "GET /api/docs/{name}": "what the API is, without any data",
    "GET /api/openapi.json": "what the API is, without any data",
    "GET /rules": "the rules are everybody's",
    "GET /session/start": "where one logs in",
    "GET /session/callback": "where one comes back from the login",
    "POST /session/end": "where one logs out",
    "POST /session/language": "the switch of languages",
}


def _routes(app):
    """`METHOD /path` to everything that is called before the route itself."""
    found = {}
    for context in iter_route_contexts(app.routes):
        for method in (getattr(context, "methods", None) or {"GET"}) - {"HEAD"}:
            found[f"{method} {context.path}"] = set(_calls(getattr(context, "dependant", None)))
    return found


def _calls(dependant):
    if dependant is not None:
        yield dependant.call
        for each in dependant.dependencies:
            yield from _calls(each)


@pytest.mark.parametrize("service", SERVICES)
def test_a_route_without_a_token_is_named_here_with_its_reason(service):
    settings = settings_class(service)(
        database_url=SecretStr("postgresql+asyncpg://nobody@localhost/none"),
        auth_issuer="https://l.example",
        env="test",
    )
    app = builder(service)(settings, Surroundings(EmbeddedBus(), StandingClock())).app
    open_to_all = {route for route, calls in _routes(app).items() if current_account not in calls}
    assert open_to_all == OF_EACH_PROCESS.keys() | PUBLIC.get(service, {}).keys()


def test_the_login_has_the_routes_of_a_login_only():
    app = login_app(LoginSettings(environment="test"))
    assert _routes(app).keys() - OF_EACH_PROCESS.keys() == LOGIN.keys()


@pytest.fixture(scope="module")
def portal():
    services = Services({})
    app = portal_app(PortalSettings(environment="test"), httpx.MockTransport(services))
    return SimpleNamespace(services=services, transport=httpx.ASGITransport(app))


def _pages():
    return sorted(
        _routes(portal_app(PortalSettings(environment="test"))).keys() - OF_EACH_PROCESS.keys() - {"GET /static"}
    )


@pytest.mark.parametrize("page", _pages())
async def test_who_is_not_logged_in_is_sent_to_the_login_and_nothing_is_asked_for_them(portal, page):
    portal.services.asked.clear()
    method, _, path = page.partition(" ")
    browser = httpx.AsyncClient(transport=portal.transport, base_url="http://portal")
    answer = await browser.request(method, re.sub(r"\{[^}]*\}", str(UUID(int=1)), path))
    is_sent = answer.status_code == 401 or answer.headers.get("Location", "").startswith("/session/start?back=")
    assert (page in PAGES) != (is_sent and not portal.services.asked)
