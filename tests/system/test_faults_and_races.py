"""What the platform promises when things break or happen at once; two replicas of every service."""

import asyncio
import csv
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest

from services.cli.credit_codes import invented_code
from tests.system.conftest import DECLARATION, eventually

pytestmark = pytest.mark.timeout(400)


def rows(city, service, sql, *arguments):
    """What stands in a service's database."""

    async def fetch():
        connection = await asyncpg.connect(city.platform.databases[service].replace("+asyncpg", ""))
        try:
            return await connection.fetch(sql, *arguments)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def test_with_the_broker_killed_in_the_middle_everything_is_accepted_and_has_one_effect(city, broker):
    city.at("2026-03-15T10:00:00+08:00")
    firms = [city.firm() for _ in range(12)]
    codes = [code for code, _ in firms]
    for code in codes[:4]:
        assert city.update(code).status_code == 201
    broker.stop()
    try:
        for code in codes[4:]:
            assert city.update(code).status_code == 201
        newcomers = [city.firm() for _ in range(4)]
        for service in ("profile", "reviews"):
            assert rows(city, service, "SELECT count(*) AS n FROM outbox")[0]["n"] > 0
    finally:
        broker.start()

    def everything_arrived():
        return all(
            [duty["state"] for duty in city.get(f"/certifications/{certification}")["duties"] if duty["year"] == 2026]
            == ["met"]
            for _, certification in firms
        ) and all(city.all(f"/obligations?credit_code={code}") for code, _ in newcomers)

    eventually(everything_arrived, within=120)

    def mailed():
        return [
            Counter(m["state"] for m in city.all(f"/messages?credit_code={code}&kind=update_received"))
            for code in codes
        ]

    eventually(lambda: mailed() == [Counter({"sent": 1})] * len(codes), within=60)
    for service in ("profile", "changes", "reviews", "notifier"):
        assert rows(city, service, "SELECT count(*) AS n FROM failed_messages")[0]["n"] == 0
        eventually(lambda service=service: rows(city, service, "SELECT count(*) AS n FROM outbox")[0]["n"] == 0)


def test_at_midnight_in_shanghai_exactly_the_firms_that_had_not_submitted_lose_their_right_once(city):
    city.at("2026-04-20T10:00:00+08:00")
    firms = [city.firm() for _ in range(30)]
    submitted = {code for code, _ in firms[:12]}
    for code in submitted:
        assert city.update(code).status_code == 201
    eventually(lambda: all(city.all(f"/obligations?credit_code={code}") for code, _ in firms))
    city.at("2026-04-30T23:59:30+08:00")
    asyncio.run(asyncio.sleep(2))
    assert {eligibility(city, certification) for _, certification in firms} == {"held"}
    city.at("2026-05-01T00:00:00+08:00")

    def revoked():
        return {code for code, certification in firms if eligibility(city, certification) == "revoked"}

    eventually(lambda: len(revoked()) == 18)
    assert revoked() == {code for code, _ in firms} - submitted

    def told():
        return {code: len(city.all(f"/messages?credit_code={code}&kind=eligibility_revoked")) for code, _ in firms}

    eventually(lambda: sum(told().values()) >= 18)
    assert told() == {code: int(code not in submitted) for code, _ in firms}
    for code in revoked():
        versions = rows(city, "reviews", "SELECT version FROM certifications WHERE credit_code = $1", code)
        assert len(versions) == 1


def eligibility(city, certification):
    return city.get(f"/certifications/{certification}")["eligibility"]


def test_a_hundred_identical_submissions_with_one_key_make_one_application(city):
    city.at("2026-05-08T10:00:00+08:00")
    code, certification = city.firm("innovative", "2023-05-16", "2026-05-15", "2026-05-01")
    eventually(lambda: city.all(f"/obligations?credit_code={code}"))
    body = {"certification_id": certification, "declaration": DECLARATION}
    city.headers(f"firm:{code}")
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: city.post(f"firm:{code}", "/reviews", body, key="one"), range(100)))
    assert {answer.status_code for answer in answers} <= {201, 202, 409}
    assert {a.json()["type"] for a in answers if a.status_code == 409} <= {"/problems/request-in-flight"}
    assert len({answer.json()["id"] for answer in answers if answer.is_success}) == 1
    assert len(city.all(f"/reviews?credit_code={code}")) == 1


def test_of_two_officers_deciding_at_once_one_decides_and_one_is_told(city):
    city.at("2026-05-09T10:00:00+08:00")
    code, certification = city.firm("innovative", "2023-05-16", "2026-05-15", "2026-05-01")
    review = city.post(
        f"firm:{code}", "/reviews", {"certification_id": certification, "declaration": DECLARATION}
    ).json()
    eventually(lambda: city.get(f"/reviews/{review['id']}")["status"] == "submitted")
    decisions = [{"outcome": "passed", "opinion": "同意"}, {"outcome": "rejected", "opinion": "不同意"}]
    city.headers("officer:XM-SM")
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda body: city.post("officer:XM-SM", f"/reviews/{review['id']}/authority_decision", body), decisions
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    assert city.get(f"/reviews/{review['id']}")["status"] == won["status"]


HEADINGS = ["序号", "企业名称", "统一社会信用代码", "所属区", "称号", "有效期起", "有效期止"]


def test_a_list_with_five_bad_rows_in_two_thousand_names_exactly_those_and_twice_changes_nothing(city, tmp_path):
    city.at("2026-05-10T10:00:00+08:00")
    good = ["厦门名单企业", "", "思明区", "专精特新中小企业", "2026-04-01", "2029-03-31"]
    lines = [[number, f"{good[0]}{number:04d}有限公司", invented_code(number), *good[2:]] for number in range(1, 2001)]
    for line, column, value in (
        (100, 2, "91350203MA31F1331X"),
        (500, 3, "不存在区"),
        (900, 4, "没有的称号"),
        (1300, 5, "2026-02-30"),
        (1999, 6, "2020-01-01"),
    ):
        lines[line - 1][column] = value
    file = tmp_path / "list.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as output:
        csv.writer(output).writerows([HEADINGS, *lines])

    def run(*options):
        return city.platform.peiyu(
            "import", "certifications", str(file), "--url", city.platform.url, "--secret", "tests", *options
        )

    refused = run()
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert "5 bad rows" in refused.stdout
    assert "0 created" in refused.stdout
    for line in (101, 501, 901, 1301, 2000):
        assert f" {line} " in refused.stdout
    kept = run("--keep-good")
    assert "1995 created" in kept.stdout, kept.stdout + kept.stderr
    again = run("--keep-good")
    assert "0 created" in again.stdout
    assert "1995 unchanged" in again.stdout


def test_a_broken_spreadsheet_is_named_as_such(city, tmp_path):
    file = tmp_path / "list.xlsx"
    file.write_bytes(b"PK\x03\x04 this is no spreadsheet")
    answer = city.platform.peiyu("import", "certifications", str(file), "--url", city.platform.url, "--secret", "tests")
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
