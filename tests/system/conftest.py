"""A city on the platform as operators run it: two replicas of every service over one RabbitMQ."""

import itertools
import secrets

import httpx
import pytest

from services.cli.credit_codes import new_code
from tests.infrastructure.mail import MailServer
from tests.infrastructure.platform import SECRET, Platform, platform_apart

DECLARATION = {"accepted": True, "signatory": "陈建国"}


class City:
    """Speaks to a running platform as its users do."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.http = httpx.Client(base_url=platform.url, timeout=60, trust_env=False)
        self._tokens: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def headers(self, who: str) -> dict[str, str]:
        if who not in self._tokens:
            answer = self.http.post(
                "/login/token", data={"grant_type": "client_credentials", "client_id": who, "client_secret": SECRET}
            )
            self._tokens[who] = answer.raise_for_status().json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[who]}"}

    def post(self, who: str, path: str, body: object, key: str | None = None) -> httpx.Response:
        headers = self.headers(who) | {"Idempotency-Key": key or secrets.token_hex(8)}
        return self.http.post(f"/api/v1{path}", json=body, headers=headers)

    def get(self, path: str, who: str = "bureau") -> dict:
        answer = self.http.get(f"/api/v1{path}", headers=self.headers(who))
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def all(self, path: str, who: str = "bureau") -> list[dict]:
        items, link = [], f"/api/v1{path}"
        while link:
            page = self.http.get(link, headers=self.headers(who)).raise_for_status().json()
            items += page["items"]
            link = page["next"]
        return items

    def at(self, instant: str) -> None:
        answer = httpx.put(f"{self.platform.clock_url}/dev/clock", json={"now": instant}, trust_env=False)
        assert answer.is_success, answer.text

    def firm(self, title="specialized", valid_from="2025-01-01", valid_to="2027-12-31", duties_from="2026-01-01"):
        """Register a firm with one title; its credit code and the title's id."""
        code, number = new_code(), next(self._numbers)
        registered = self.post(
            "officer:XM-SM",
            "/enterprises",
            {
                "credit_code": code,
                "name": f"厦门系统测试{number:05d}有限公司",
                "authority": "XM-SM",
                "registered_place": "福建省厦门市思明区",
                "contact": {
                    "name": "林海燕",
                    "mobile": "13959201234",
                    "email": f"{code.lower()}@firm.example",
                    "language": "zh-CN",
                },
            },
        )
        assert registered.status_code == 201, registered.text
        granted = self.post(
            "bureau",
            "/certifications",
            {
                "credit_code": code,
                "enterprise_name": f"厦门系统测试{number:05d}有限公司",
                "authority": "XM-SM",
                "title": title,
                "valid_from": valid_from,
                "valid_to": valid_to,
                "duties_from": duties_from,
            },
        )
        assert granted.status_code == 201, granted.text
        return code, granted.json()["id"]

    def update(self, code: str, year: int = 2026) -> httpx.Response:
        from services.cli.tour.forms import update_form

        return self.post(
            f"firm:{code}", f"/enterprises/{code}/updates", update_form(code, year) | {"declaration": DECLARATION}
        )


@pytest.fixture(scope="module")
def mail_of_module():
    server = MailServer()
    server.up()
    yield server
    server.down()


@pytest.fixture(scope="module")
def city(request, scratch, broker, database_url, mail_of_module):
    folder = scratch / request.module.__name__.rpartition(".")[2]
    with platform_apart(folder, broker.new_vhost(), database_url, mail_of_module, replicas=2) as platform:
        city = City(platform)
        yield city
        city.http.close()


def eventually(look, within=90.0, every=0.2):
    """The first truthy answer of `look`; fails with its last answer where none comes in time."""
    import time

    end = time.monotonic() + within
    while not (answer := look()):
        assert time.monotonic() < end, f"not within {within} s; the last answer was {answer!r}"
        time.sleep(every)
    return answer
