"""The whole story against the running platform: in one process, and with every service on its own."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.infrastructure.platform import ROOT, platform_apart
from tests.infrastructure.processes import free_port

pytestmark = pytest.mark.timeout(600)


def assert_green(tour, logs=""):
    assert tour.returncode == 0, f"{tour.stdout[-6000:]}\n{tour.stderr[-3000:]}\n{logs}"
    requests, checks = map(int, re.search(r"(\d+) requests, (\d+) checks, 0 differences", tour.stdout).groups())
    assert requests > 100
    assert checks > 75


def test_the_tour_is_green_against_peiyu_run_and_again_after_a_restart(scratch):
    port = free_port()
    folder = scratch / "run"
    for sample in (("--no-sample",), ()):
        log = scratch / "run.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.cli", "run", "--port", str(port), "--data-dir", str(folder), *sample],
                cwd=ROOT,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )
        try:
            wait_for(process, f"http://127.0.0.1:{port}/healthz", log)
            tour = subprocess.run(
                [sys.executable, "-m", "services.cli", "tour", "--url", f"http://127.0.0.1:{port}"],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert_green(tour, log.read_text()[-4000:])
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        assert process.returncode == 0, log.read_text()[-4000:]


def wait_for(process, url, log, within=120):
    import time

    end = time.monotonic() + within
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()[-4000:]
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(log.read_text()[-4000:])


@pytest.mark.parametrize("replicas", [1, 2])
def test_the_tour_is_green_with_every_service_as_its_own_process(replicas, scratch, broker, database_url, mail):
    with platform_apart(
        scratch / f"apart-{replicas}", broker.new_vhost(), database_url, mail, replicas=replicas
    ) as platform:
        assert_green(platform.tour(), platform.logs())
        for process in platform.processes:
            assert process.stop() == 0, f"{process.service} did not stop gracefully:\n{process.log.read_text()[-3000:]}"


def test_run_says_what_is_wrong_when_its_port_is_taken(scratch):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = subprocess.run(
            [sys.executable, "-m", "services.cli", "run", "--port", str(port), "--data-dir", str(scratch / "taken")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert answer.returncode == 1
    assert f"Port {port} is taken" in answer.stderr


def test_run_never_throws_away_a_folder_that_is_not_its_own(scratch):
    folder = scratch / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("keep me")
    answer = subprocess.run(
        [sys.executable, "-m", "services.cli", "run", "--fresh", "--port", str(free_port()), "--data-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert (folder / "letter.txt").read_text() == "keep me"


def test_the_login_stand_in_does_not_start_in_production():
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PEIYU_", "LOGIN_"))}
    answer = subprocess.run(
        [sys.executable, "-m", "services.cli", "serve", "login"],
        cwd=ROOT,
        env=environment | {"PEIYU_ENV": "production"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert "production" in answer.stderr


def test_a_service_names_every_setting_that_is_missing():
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PEIYU_", "PROFILE_"))}
    answer = subprocess.run(
        [sys.executable, "-m", "services.cli", "serve", "profile"],
        cwd=Path(ROOT),
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert "PROFILE_DATABASE_URL" in answer.stderr
    assert "PROFILE_AUTH_ISSUER" in answer.stderr
