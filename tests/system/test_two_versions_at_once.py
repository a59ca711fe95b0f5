"""An upgrade without a pause: this version and the next one on the same queues and schemas while requests go on."""

import itertools
import threading
from dataclasses import dataclass, field, replace

import httpx
import pytest

from services.cli.catalogue import SERVICES
from services.cli.credit_codes import new_code
from services.cli.tour.forms import contact
from tests.infrastructure.next_version import REVISION, write_next_version
from tests.infrastructure.platform import Process, platform_apart
from tests.infrastructure.processes import free_port
from tests.system.conftest import City, eventually
from tests.system.test_faults_and_races import rows

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def city(scratch, broker, database_url, mail):
    with platform_apart(scratch / "two-versions", broker.new_vhost(), database_url, mail) as platform:
        it = City(platform)
        yield it
        it.http.close()


@pytest.fixture
def following(city, tmp_path_factory):
    """Profile and reviews of the next version, not started yet."""
    root = write_next_version(tmp_path_factory.mktemp("next"))
    processes = []
    for old in (city.platform.of(service)[0] for service in ("profile", "reviews")):
        port = free_port()
        environment = {**old.environment, f"{old.service.upper()}_PORT": str(port)}
        log = old.log.with_name(f"{old.service}-next.log")
        processes.append(replace(old, port=port, environment=environment, log=log, root=root, popen=None))
    yield processes
    for process in processes:
        if process.popen is not None:
            process.stop()


@dataclass
class Traffic:
    """Registers firms without a pause, at whichever replicas there are; what was not accepted is kept."""

    city: City
    at: list[str]
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self):
        self._thread = threading.Thread(target=self._go_on)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _go_on(self):
        for turn in itertools.count():
            if self._over.is_set():
                return
            code = new_code()
            body = {
                "credit_code": code, "name": f"厦门两版{turn:04d}有限公司", "authority": "XM-SM",
                "registered_place": "福建省厦门市思明区", "contact": contact(code),
            }  # fmt: skip
            url = self.at[turn % len(self.at)]
            answer = httpx.post(
                f"{url}/api/v1/enterprises", json=body, headers=self.city.headers("officer:XM-SM"),
                timeout=30, trust_env=False,
            )  # fmt: skip
            (self.accepted if answer.status_code == 201 else self.refused).append(code)

    def some_more(self, count=10):
        enough = len(self.accepted) + len(self.refused) + count
        eventually(lambda: len(self.accepted) + len(self.refused) >= enough)


def migrate(process: Process):
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "migrate", "all"],
        env=dict(process.environment), cwd=process.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert REVISION in done.stdout


def noted(city, service, table):
    """How often the next version told, or heard, what it tells more, by firm."""
    found = rows(city, service, f"SELECT credit_code, noted FROM {table} WHERE noted IS NOT NULL")
    return {row["credit_code"]: row["noted"] for row in found}


def test_nothing_is_lost_or_refused_while_two_versions_run_side_by_side(city, following):
    city.at("2026-03-15T10:00:00+08:00")
    old_profile, old_reviews = (city.platform.of(service)[0] for service in ("profile", "reviews"))
    with Traffic(city, [old_profile.url]) as traffic:
        traffic.some_more()
        migrate(following[0])
        traffic.some_more()
        for process in following:
            process.start()
        for process in following:
            process.wait_until_ready()
        traffic.at.append(following[0].url)
        traffic.some_more(30)
        assert old_reviews.stop() == 0
        traffic.some_more()
        traffic.at.remove(old_profile.url)
        traffic.some_more()
        assert old_profile.stop() == 0
        traffic.some_more()
    assert traffic.refused == []

    known = "SELECT credit_code FROM {} WHERE version > 0"
    for service, table in (("reviews", "profile_copies"), ("changes", "firms"), ("notifier", "firms")):
        eventually(
            lambda service=service, table=table: (
                {row["credit_code"] for row in rows(city, service, known.format(table))} == set(traffic.accepted)
            )
        )
    told = noted(city, "profile", "enterprises")
    assert told
    eventually(lambda: noted(city, "reviews", "profile_copies").keys() == told.keys())
    assert noted(city, "reviews", "profile_copies") == told
    for service in SERVICES:
        eventually(
            lambda service=service: rows(city, service, "SELECT count(*) AS n FROM failed_messages")[0]["n"] == 0
        )
        eventually(lambda service=service: rows(city, service, "SELECT count(*) AS n FROM outbox")[0]["n"] == 0)
    done = city.platform.peiyu("reconcile")
    assert done.returncode == 0, done.stdout
