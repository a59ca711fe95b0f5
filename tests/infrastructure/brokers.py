"""A real RabbitMQ for the tests, whatever this machine offers.

In this order: the broker named by PEIYU_TEST_AMQP_URL; a container where a Docker engine answers (image:
PEIYU_TEST_RABBITMQ_IMAGE); a private node of an installed rabbitmq-server. No broker is an error, never a skip.
"""

import atexit
import json
import os
import secrets
import shlex
import socket
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx

from tests.infrastructure.processes import StartError, accepts_connections, free_port, wait_until_ready
from tests.infrastructure.rabbitmq_node import WRITE_QUEUE_NAMES, RabbitNode, installed_scripts, speaks_amqp
from tests.infrastructure.relay import TcpRelay

DEFAULT_IMAGE = "rabbitmq:4-management"
_NOTHING_FOUND = (
    "The tests need a RabbitMQ and found none: PEIYU_TEST_AMQP_URL is not set, no Docker engine could give one{docker}, "
    "and rabbitmq-server is not installed. Run once:  sudo sh tests/infrastructure/install_broker.sh"
)


class BrokerError(Exception):
    """No broker could be had, or it cannot do what the tests need; the message says what to do."""


class Broker(ABC):
    """A RabbitMQ that a test may stop, start and cut.

    `url` is its default virtual host, `description` says which broker this is.
    """

    def __init__(self, url: str, description: str) -> None:
        self.url = url
        self.description = description

    def new_vhost(self) -> str:
        """Make an empty virtual host, so that a test module has exchanges and queues to itself; its AMQP URL."""
        name = f"peiyu-{secrets.token_hex(6)}"
        self._add_vhost(name, unquote(urlsplit(self.url).username or "guest"))
        return f"{self.url.rstrip('/')}/{name}"

    @abstractmethod
    def define(self, definitions: Mapping[str, list[dict[str, Any]]]) -> None:
        """Import users, permissions and policies, as the broker does from a file at its start."""

    def restart(self) -> None:
        """Stop it the hard way and bring it back with its data."""
        self.stop()
        self.start()

    @abstractmethod
    def stop(self) -> None:
        """Kill the broker: connections break, new ones are refused."""

    @abstractmethod
    def start(self) -> None:
        """Bring the same broker back, with the durable messages it held."""

    @abstractmethod
    def close_connections(self) -> None:
        """Cut every client's connection; the broker goes on and accepts new ones."""

    @abstractmethod
    def shutdown(self) -> None:
        """Give everything back. Safe to call twice."""

    @abstractmethod
    def _add_vhost(self, name: str, user: str) -> None: ...


def obtain_broker(scratch: Path) -> Broker:
    """The first broker that this machine offers, running.

    `scratch` is a folder for its data and logs. Raises BrokerError with the one command to run when there is none.
    """
    if url := os.environ.get("PEIYU_TEST_AMQP_URL"):
        broker: Broker = ExternalBroker(url)
    else:
        scripts = installed_scripts()
        container, refusal = _container()
        if container is not None:
            broker = container
        elif scripts is not None:
            broker = PrivateBroker(scripts, scratch / "rabbitmq")
        else:
            raise BrokerError(_NOTHING_FOUND.format(docker=f" ({refusal})" if refusal else ""))
    atexit.register(broker.shutdown)
    return broker


class PrivateBroker(Broker):
    """A node of the installed rabbitmq-server that belongs to this run alone."""

    def __init__(self, scripts: Path, home: Path) -> None:
        self._node = RabbitNode(scripts, home)
        try:
            self._node.start()
            version = self._node.version()
        except BaseException:
            self._node.remove()
            raise
        super().__init__(
            f"amqp://guest:guest@127.0.0.1:{self._node.port}",
            f"RabbitMQ {version}, a private node of the installed rabbitmq-server",
        )

    def stop(self) -> None:
        self._node.kill()

    def start(self) -> None:
        self._node.start()

    def close_connections(self) -> None:
        self._node.ctl("close_all_connections", "--global", "cut by the test")

    def shutdown(self) -> None:
        self._node.remove()

    def define(self, definitions: Mapping[str, list[dict[str, Any]]]) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(definitions, file)
            file.flush()
            self._node.ctl("import_definitions", file.name)

    def _add_vhost(self, name: str, user: str) -> None:
        self._node.ctl("add_vhost", name)
        self._node.ctl("set_permissions", "-p", name, user, ".*", ".*", ".*")


class ContainerBroker(Broker):
    """RabbitMQ in a container of its own, on one fixed port so that a restart keeps the address."""

    def __init__(self, image: str) -> None:
        from testcontainers.core.container import DockerContainer

        self._port = free_port()
        self._container = DockerContainer(image, hostname="peiyu").with_bind_ports(5672, self._port)
        try:
            self._container.start()
            self._host = self._container.get_container_host_ip()
            self._wait()
        except BaseException:
            self._container.stop()
            raise
        super().__init__(f"amqp://guest:guest@{self._host}:{self._port}", f"RabbitMQ in a container of {image}")

    def stop(self) -> None:
        self._ctl("eval", WRITE_QUEUE_NAMES)
        self._container.get_wrapped_container().kill()

    def start(self) -> None:
        self._container.get_wrapped_container().start()
        self._wait()

    def close_connections(self) -> None:
        self._ctl("close_all_connections", "--global", "cut by the test")

    def shutdown(self) -> None:
        atexit.unregister(self.shutdown)
        self._container.stop()

    def define(self, definitions: Mapping[str, list[dict[str, Any]]]) -> None:
        import_them = f"printf %s {shlex.quote(json.dumps(definitions))} | rabbitmqctl --quiet import_definitions"
        result = self._container.exec(["sh", "-c", import_them])
        if result.exit_code != 0:
            raise BrokerError(f"import_definitions: {result.output.decode(errors='replace')}")

    def _add_vhost(self, name: str, user: str) -> None:
        self._ctl("add_vhost", name)
        self._ctl("set_permissions", "-p", name, user, ".*", ".*", ".*")

    def _wait(self) -> None:
        wait_until_ready(lambda: speaks_amqp(self._host, self._port), None, None, name="the container", within=120)

    def _ctl(self, *arguments: str) -> None:
        result = self._container.exec(["rabbitmqctl", "--quiet", *arguments])
        if result.exit_code != 0:
            raise BrokerError(f"rabbitmqctl {' '.join(arguments)}: {result.output.decode(errors='replace')}")


class ExternalBroker(Broker):
    """The broker of PEIYU_TEST_AMQP_URL, reached through a relay: the tests cut the way to it, never the broker.

    Virtual hosts are made over its management API (PEIYU_TEST_RABBITMQ_MANAGEMENT_URL, by default port 15672 of the
    same host) and are deleted at the end.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "amqp" or parts.hostname is None:
            raise BrokerError("PEIYU_TEST_AMQP_URL must read amqp://user:password@host:port/")
        host, port = parts.hostname, parts.port or 5672
        if not speaks_amqp(host, port):
            raise BrokerError(f"PEIYU_TEST_AMQP_URL: nothing speaks AMQP at {host}:{port}")
        self._user = unquote(parts.username or "guest")
        self._password = unquote(parts.password or "guest")
        self._management = os.environ.get("PEIYU_TEST_RABBITMQ_MANAGEMENT_URL", f"http://{host}:15672").rstrip("/")
        self._made: list[str] = []
        self._relay = TcpRelay(host, port)
        credentials = f"{quote(self._user, safe='')}:{quote(self._password, safe='')}"
        super().__init__(
            f"amqp://{credentials}@127.0.0.1:{self._relay.port}",
            f"the RabbitMQ of PEIYU_TEST_AMQP_URL at {host}:{port}",
        )

    def stop(self) -> None:
        self._relay.close()

    def start(self) -> None:
        self._relay.open()

    def close_connections(self) -> None:
        self._relay.cut()

    def shutdown(self) -> None:
        self._relay.shutdown()
        while self._made:
            self._manage("DELETE", self._made.pop())

    def define(self, definitions: Mapping[str, list[dict[str, Any]]]) -> None:
        self._manage("POST", "/api/definitions", definitions)
        self._made += [f"/api/users/{quote(user['name'], safe='')}" for user in definitions.get("users", ())]

    def _add_vhost(self, name: str, user: str) -> None:
        try:
            self._manage("PUT", f"/api/vhosts/{name}")
            self._manage(
                "PUT",
                f"/api/permissions/{name}/{quote(user, safe='')}",
                {"configure": ".*", "write": ".*", "read": ".*"},
            )
        except httpx.HTTPError as error:
            raise BrokerError(
                f"cannot make a virtual host: the management API at {self._management} says {error!r}; enable the "
                "plugin rabbitmq_management or set PEIYU_TEST_RABBITMQ_MANAGEMENT_URL"
            ) from error
        self._made.append(f"/api/vhosts/{name}")

    def _manage(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        httpx.request(
            method,
            self._management + path,
            json=body or {},
            auth=(self._user, self._password),
            timeout=10,
            trust_env=False,
        ).raise_for_status()


def _container() -> tuple[ContainerBroker | None, str]:
    """A container, or nothing and why; without an engine there is nothing to say."""
    if not _docker_answers():
        return None, ""
    import docker  # type: ignore[import-untyped]

    image = os.environ.get("PEIYU_TEST_RABBITMQ_IMAGE", DEFAULT_IMAGE)
    try:
        return ContainerBroker(image), ""
    except (docker.errors.DockerException, StartError) as error:
        return None, f"{image}: {error}"


def _docker_answers() -> bool:
    """Whether a Docker engine listens where its clients look. Its library leaks a socket where none does."""
    address = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    if address.scheme != "unix":
        return accepts_connections(address.hostname or "", address.port or 2375)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        return probe.connect_ex(address.path) == 0
