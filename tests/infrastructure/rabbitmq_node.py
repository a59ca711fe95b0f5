"""Private RabbitMQ nodes: own names, ports, folders, cookie and port mapper, on loopback only; three make a cluster."""

import os
import secrets
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.infrastructure.processes import ProcessGroup, accepts_connections, free_port, kill, wait_until_ready

_START_SECONDS = 90.0
# RabbitMQ writes the name of a new quorum queue to disk some seconds after it declared the queue (seen with 3.10), and
# forgets queue and messages when killed before. This writes the names, and no message, at once.
WRITE_QUEUE_NAMES = "[dets:sync(Table) || Table <- dets:all()]."
_LOOPBACK_ONLY = "-kernel inet_dist_use_interface {127,0,0,1}"


def installed_scripts() -> Path | None:
    """The folder of RabbitMQ's own scripts.

    Debian's commands in /usr/sbin insist on the account `rabbitmq` and the system's node; the scripts behind them
    run as anyone.
    """
    found = shutil.which("rabbitmq-server")
    candidates = [
        Path("/usr/lib/rabbitmq/bin"),
        *sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"), reverse=True),
        *([Path(found).resolve().parent] if found else []),
    ]
    needed = ("rabbitmq-server", "rabbitmqctl", "rabbitmq-env")
    return next((folder for folder in candidates if all((folder / name).exists() for name in needed)), None)


class RabbitNode:
    """One node of an installed rabbitmq-server. Its data live in `home` and survive `kill` and `start`.

    One that stands `beside` another shares the other's cookie and port mapper, so that the two can be one cluster.
    """

    def __init__(self, scripts: Path, home: Path, beside: "RabbitNode | None" = None) -> None:
        self._scripts = scripts
        self._home = home
        self._log = home / "node.log"
        self.port = free_port()
        self.name = f"peiyu-{os.getpid()}-{self.port}@localhost"
        self._epmd_port = beside._epmd_port if beside else free_port()
        self._cookie = beside._cookie if beside else secrets.token_hex(16)
        self._env = self._prepare()
        self._processes = ProcessGroup()
        self._server: subprocess.Popen[bytes] | None = None
        self._port_mapper = None if beside else self._start_port_mapper()

    def join(self, other: "RabbitNode") -> None:
        """Be in one cluster with a node that runs, from the first start on."""
        with (self._home / "rabbitmq.conf").open("a") as configuration:
            configuration.write(
                "cluster_formation.peer_discovery_backend = rabbit_peer_discovery_classic_config\n"
                f"cluster_formation.classic_config.nodes.1 = {other.name}\n"
            )

    def start(self) -> None:
        """Bring the node up and wait until it speaks AMQP (about five seconds)."""
        self._server = self._processes.spawn(
            [self._scripts / "rabbitmq-server"], log=self._log, env=self._env, cwd=self._home
        )
        wait_until_ready(
            lambda: speaks_amqp("127.0.0.1", self.port),
            self._server,
            self._log,
            name="rabbitmq-server",
            within=_START_SECONDS,
        )

    def kill(self) -> None:
        """Kill -9: no good-bye to clients, no flush of messages."""
        if self._server is not None:
            if self._server.poll() is None:
                self.ctl("eval", WRITE_QUEUE_NAMES)
            kill(self._server)
            self._server = None

    def remove(self) -> None:
        """Kill the node and its port mapper and delete the data; the logs stay."""
        self._processes.close()
        if self._server is not None:
            self._server.wait()
        if self._port_mapper is not None:
            self._port_mapper.wait()
        shutil.rmtree(self._home / "data", ignore_errors=True)

    def ctl(self, *arguments: str) -> str:
        """Run rabbitmqctl against this node; its output. Raises CalledProcessError."""
        result = subprocess.run(
            [str(self._scripts / "rabbitmqctl"), "--quiet", *arguments],
            env=self._env,
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return result.stdout

    def version(self) -> str:
        return self.ctl("version").strip()

    def _start_port_mapper(self) -> "subprocess.Popen[bytes]":
        # Started here and in the foreground: one started by the node itself would leave the group and outlive it.
        command = shutil.which("epmd") or next(iter(sorted(Path("/usr/lib/erlang").glob("**/bin/epmd"))))
        port_mapper = self._processes.spawn(
            [command, "-port", str(self._epmd_port), "-address", "127.0.0.1"],
            log=self._log,
        )
        wait_until_ready(
            lambda: accepts_connections("127.0.0.1", self._epmd_port),
            port_mapper,
            self._log,
            name="epmd",
            within=10,
        )
        return port_mapper

    def _prepare(self) -> dict[str, str]:
        self._home.mkdir(parents=True, exist_ok=True)
        cookie = self._home / ".erlang.cookie"
        cookie.write_text(self._cookie)
        cookie.chmod(0o400)
        (self._home / "enabled_plugins").write_text("[].\n")
        (self._home / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            "log.console = false\n"
            "log.file = server.log\n"
            "disk_free_limit.absolute = 1MB\n"
            "raft.wal_max_size_bytes = 67108864\n"
        )
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_", "ERLANG_"))
        }
        return inherited | {
            "HOME": str(self._home),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONF_ENV_FILE": str(self._home / "absent-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self._home / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self._home / "absent-advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self._home / "data"),
            "RABBITMQ_LOG_BASE": str(self._home / "log"),
            "RABBITMQ_PID_FILE": str(self._home / "node.pid"),
            # Makes the script become the node, so that killing the process kills the node.
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-noinput +S 2:2 +sbwt none {_LOOPBACK_ONLY}",
            "RABBITMQ_CTL_ERL_ARGS": _LOOPBACK_ONLY,
        }


class RabbitCluster:
    """Nodes of one cluster on this machine, on which each quorum queue has as many replicas."""

    def __init__(self, scripts: Path, home: Path, *, size: int = 3) -> None:
        first = RabbitNode(scripts, home / "node-1")
        self.nodes = [first, *(RabbitNode(scripts, home / f"node-{n}", first) for n in range(2, size + 1))]
        try:
            first.start()
            for node in self.nodes[1:]:
                node.join(first)
            self.start(*self.nodes[1:])
        except BaseException:
            self.remove()
            raise

    def start(self, *some: RabbitNode) -> None:
        """Bring some of them up, or all, at once: those that were killed together wait for each other."""
        with ThreadPoolExecutor() as threads:
            list(threads.map(RabbitNode.start, some or self.nodes))
        self.nodes[0].ctl("await_online_nodes", str(len(self.nodes)))

    def kill(self, *some: RabbitNode) -> None:
        """Kill -9 some of them, or all, at once."""
        with ThreadPoolExecutor() as threads:
            list(threads.map(RabbitNode.kill, some or self.nodes))

    def remove(self) -> None:
        """Kill all, and delete their data."""
        for node in reversed(self.nodes):
            node.remove()


def speaks_amqp(host: str, port: int) -> bool:
    """Whether an AMQP 0-9-1 server answers there with its Connection.Start."""
    try:
        with socket.create_connection((host, port), timeout=5) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False
