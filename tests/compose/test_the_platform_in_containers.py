"""`docker compose up --wait`, then the tour through the gateway: alone, with replicas, and with one of them killed."""

import json
import re
import subprocess

import httpx
import pytest

from services.cli.catalogue import SERVICES
from tests.compose.conftest import Containers
from tests.system.conftest import eventually

pytestmark = pytest.mark.timeout(900)
REPLICATED = (*SERVICES, "portal")


def assert_green(containers: Containers, tour: "subprocess.Popen[str]", heard: str = "") -> None:
    told = heard + tour.communicate()[0]
    assert tour.returncode == 0, f"{told[-4000:]}\n{containers.compose('logs', '--tail=40').stdout}"
    found = re.search(r"(\d+) requests, (\d+) checks, 0 differences", told)
    assert found, told
    assert int(found[1]) > 100
    assert int(found[2]) > 75


def test_the_tour_is_green(containers: Containers) -> None:
    assert_green(containers, containers.tour())


def test_an_officer_logs_in_at_the_stand_in_and_comes_back(containers: Containers) -> None:
    with httpx.Client(base_url=containers.url, follow_redirects=True, trust_env=False, timeout=30) as browser:
        page = browser.get("/session/start")
        assert page.url.path == "/login/authorize"
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        home = browser.post("/login/authorize", data=dict(page.url.params) | hidden | {"account": "bureau"})
        assert (home.status_code, home.url.path) == (200, "/home"), home.text[:2000]


@pytest.mark.parametrize("service", [*REPLICATED, "login"])
def test_a_service_writes_nowhere_and_is_nobody(containers: Containers, service: str) -> None:
    assert containers.compose("exec", "-T", service, "id", "-u").stdout.strip() == "10001"
    refused = containers.compose("exec", "-T", service, "touch", "/opt/peiyu/mine", check=False)
    assert "Read-only file system" in refused.stderr
    # It reads the secrets of its own name and no others.
    secrets = containers.compose("exec", "-T", service, "ls", "/run/secrets").stdout.split()
    assert all(name.startswith(f"{service}_") for name in secrets)


def test_with_three_replicas_of_each_and_one_killed_in_the_middle_the_tour_is_green(containers: Containers) -> None:
    containers.up(3, REPLICATED)
    assert_green(containers, containers.tour())
    eventually(lambda: all(len(asked(containers).get(service, ())) == 3 for service in REPLICATED))
    tour = containers.tour()
    heard = ""
    assert tour.stdout is not None
    while "五月一日" not in heard:
        line = tour.stdout.readline()
        assert line, heard
        heard += line
    victim = containers.compose("ps", "--quiet", "reviews").stdout.split()[1]
    subprocess.run(["docker", "kill", victim], check=True, capture_output=True)
    assert_green(containers, tour, heard)
    assert len(containers.compose("ps", "--quiet", "reviews").stdout.split()) == 2


def asked(containers: Containers) -> dict[str, set[str]]:
    """Every service that the gateway asked, and which replicas of it."""
    with httpx.Client(base_url=containers.url, trust_env=False) as browser:
        browser.get("/")
    found: dict[str, set[str]] = {}
    for line in containers.compose("logs", "--no-log-prefix", "gateway").stdout.splitlines():
        written = line[line.find("{") :]  # what stands before it moves the cursor
        if written.startswith("{") and (entry := json.loads(written)).get("replica"):
            found.setdefault(entry["service"], set()).add(entry["replica"])
    return found
