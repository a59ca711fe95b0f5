"""Whatever is sent to an API, by whomever: no 5xx, and no answer that its OpenAPI document does not have."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.cli.catalogue import SERVICES
from services.cli.documents import openapi_document
from services.cli.simulation.world import World, open_world
from services.cli.tour.forms import DECLARATION, change_form, contact, update_form

FIRM, OTHER = "91350203MA31F1331W", "91350213MA33WMAT03"
ACCOUNTS = ("bureau", "officer:XM-SM", f"firm:{FIRM}")
EXAMPLES = 10
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def _operations():
    for service in SERVICES:
        for found in schemathesis.openapi.from_dict(openapi_document(service)).get_all_operations():
            yield pytest.param(found.ok(), id=f"{service} {found.ok().label}")


class Lived:
    """A platform with a past, and the ids that it knows, by the name of the parameter that takes them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: dict[str, list[str]] = {"credit_code": [FIRM, OTHER, "91350203MA31F1331X"], "duty_year": ["2026"]}

    async def ask(self, who: str, method: str, path: str, body: object, *names: str) -> None:
        """One request that must succeed; the id of what it made is known by `names`."""
        answer = await self.world.request(who, method, path, body)
        assert answer.is_success, answer.text
        for name in names:
            self.known.setdefault(name, []).append(answer.json()["id"])
        await self.world.quiet()


async def _live(it: Lived) -> None:
    it.world.move(datetime.fromisoformat("2026-04-20T10:00:00+08:00"))
    firm = f"firm:{FIRM}"
    for code in (FIRM, OTHER):
        registration = {
            "credit_code": code, "name": "厦门示例科技有限公司", "authority": "XM-SM",
            "registered_place": "福建省厦门市思明区", "contact": contact(code),
        }  # fmt: skip
        await it.ask("bureau", "POST", "/enterprises", registration)
    for title, expiry in (("innovative", "2026-05-10"), ("specialized", "2026-03-31"), ("little_giant", "2026-04-10")):
        grant = {
            "credit_code": FIRM, "enterprise_name": "厦门示例科技有限公司", "authority": "XM-SM", "title": title,
            "valid_from": "2023-05-11", "valid_to": expiry, "duties_from": "2026-04-20",
        }  # fmt: skip
        await it.ask("bureau", "POST", "/certifications", grant, "certification_id")
    update = update_form(FIRM, 2026) | {"declaration": DECLARATION}
    await it.ask(firm, "POST", f"/enterprises/{FIRM}/updates", update, "update_id")
    await it.ask(firm, "PUT", f"/enterprises/{FIRM}/update_drafts/2026", {"product": {}})
    for certification in it.known["certification_id"]:
        application = {"certification_id": certification, "declaration": DECLARATION}
        await it.ask(firm, "POST", "/reviews", application, "review_id")
    for number in range(3):
        form = change_form(FIRM, "2026-04-01", old="厦门示例科技有限公司", new=f"厦门示例{number}科技有限公司")
        await it.ask(firm, "POST", "/changes", form, "report_id")
    for report in it.known["report_id"][1:]:
        await it.ask(firm, "POST", f"/changes/{report}/submission", {"declaration": DECLARATION})
    opinion = {"meets_criteria": True, "opinion": "属实"}
    await it.ask("officer:XM-SM", "POST", f"/changes/{it.known['report_id'][2]}/opinion", opinion)
    for _ in range(2):
        await it.ask("officer:XM-SM", "POST", "/subscriptions", {"email": "li@officer.example"}, "subscription_id")
    messages = (await it.world.request("bureau", "GET", "/messages")).json()["items"]
    it.known["message_id"] = [message["id"] for message in messages[:3]]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as loop:
        yield loop


@pytest.fixture(scope="module")
def it(runner, database_url) -> Iterator[Lived]:
    urls = {service: database_url(service) for service in SERVICES}
    opened = open_world(urls, "xiamen-2023")
    lived = Lived(runner.run(opened.__aenter__()))
    runner.run(_live(lived))
    yield lived
    runner.run(opened.__aexit__(None, None, None))


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("operation", [*_operations()])
def test_every_answer_stands_in_the_document(it, runner, operation, account):
    modes = st.one_of(operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))

    @BOUNDED
    @given(case=modes, data=st.data())
    def holds(case, data):
        for name, value in case.path_parameters.items():
            case.path_parameters[name] = data.draw(st.sampled_from([*it.known.get(name, ()), value]))
        if isinstance(case.body, dict):
            for name in case.body.keys() & it.known.keys():
                case.body[name] = data.draw(st.sampled_from([*it.known[name], case.body[name]]))
        sent = requests.Request(**case.as_transport_kwargs(base_url=str(it.world.http.base_url))).prepare()
        headers = {
            **sent.headers,
            **data.draw(st.sampled_from([{}, {"If-Match": '"1"'}, {"If-Match": '"2"'}])),
            "Authorization": f"Bearer {runner.run(it.world.token(account))}",
        }
        answer = runner.run(
            it.world.http.request(
                sent.method,
                sent.url,
                headers={_raw(name): _raw(value) for name, value in headers.items()},
                content=sent.body,
            )
        )
        case.validate_response(answer, checks=CHECKS)

    holds()


def _raw(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
