"""Every page of the portal, as firms, officers and operators come to it by its links, in the states that a year brings about.

The sample city with the tour's firms is walked through in Chinese at a desk; then one page of each kind in English on
a phone. `make screenshots` keeps a picture of each.
"""

import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.firms import BUREAU, LONG, OFFICER, registered, several
from tests.browser.pages import Kinds, walk
from tests.browser.platform import ROOT, Platform

UNPROCESSABLE = 422
"""Of a page that says what a draft still lacks."""

PICTURES = Path(os.environ["PEIYU_SCREENSHOTS"]) if "PEIYU_SCREENSHOTS" in os.environ else None
MOST, MOST_STATES = (24, 6) if PICTURES else (8, 1)
"""Of one kind of page: how many are opened, and in how many states one is judged; more where pictures are made."""

FIRMS = ("厦门样本", "鹭岛精密智能传感", *(("厦门示例",) if PICTURES else ()))
"""Whose pages are looked at, by a part of their names: those of `several`, a long one, those of the tour."""

BY_BUTTONS = {
    "/changes/{report_id}/check", "/changes/{report_id}/done", "/reviews/{review_id}/done", "/update/{year}/done",
    "/officers/changes/bulk/{name}", "/officers/reviews/bulk/{name}", "/officers/notices/{kind}/check",
}  # fmt: skip
"""What no link leads to."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The sample city, in which the tour was played and other firms live, too."""
    with Platform(tmp_path_factory.mktemp("city"), sample=True) as running:
        registered(running, LONG)
        tour = [sys.executable, "-m", "services.cli", "tour", "--quiet", "--url", running.url]
        played = subprocess.run(tour, cwd=ROOT, capture_output=True, text=True, check=False)
        assert played.returncode == 0, played.stdout + played.stderr
        several(running)
        notice = {
            "duty": "update",
            "year": 2026,
            "titles": ["little_giant"],
            "authorities": ["XM-XA"],
            "due": "2026-12-31",
        }
        running.call(BUREAU, "POST", "/deadline_extensions", notice | {"source": "厦工信企业〔2026〕99号"})
        running.call(OFFICER, "POST", "/subscriptions", {"email": "officer@gov.example"})
        yield running


def upload(bureau: Person, rows: int) -> None:
    """Have a list looked at, of which so many rows are wrong."""
    line = "厦门示例有限公司,91350203MA31F1331X,某区,,2026-02-30,\n"
    text = "企业名称,统一社会信用代码,所属区,称号,有效期起,有效期止\n" + line * rows
    bureau.open("/officers/imports")
    file = {"name": "名单.csv", "mimeType": "text/csv", "buffer": text.encode()}
    bureau.page.locator("input[type=file]").set_input_files(file)
    bureau.page.locator("main form button").click()
    bureau.sees("现在还没有导入")


def check(person: Person, kind: str, number: int) -> None:
    """A page is accessible, and the keyboard goes through it in the order in which it is read."""
    person.check_accessible()
    expect(person.page.locator("[tabindex]:not([tabindex='0'], [tabindex='-1'])")).to_have_count(0)
    if PICTURES is not None:
        whose = (person.account or "nobody").partition(":")[0]
        name = re.sub(r"\W+", "-", kind).strip("-") or "front"
        language = str(person.page.locator("html").get_attribute("lang"))
        person.page.screenshot(path=PICTURES / language / f"{name}-{number}-{whose}.png", full_page=True)


def accounts(platform: Platform) -> list[str | None]:
    """Everybody who has pages of their own: nobody, firms, a person, officers, operators."""
    found = [
        each["credit_code"]
        for name in FIRMS
        for each in platform.call(BUREAU, "GET", f"/enterprises?q={name}&limit=50")["items"]
    ]
    return [None, *(f"firm:{code}" for code in found), f"person:{found[-1]}", OFFICER, BUREAU, "operator"]


@pytest.mark.timeout(1200)
def test_every_page_is_reached_by_links_and_accessible_in_both_languages(platform, person, failed):
    failed("changes", "LookupError", 3)
    upload(person(BUREAU), 1000)
    kinds = Kinds()
    found: dict[str, tuple[str | None, str]] = {}
    states: set[tuple[str, ...]] = set()
    seen: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    for account in accounts(platform):
        somebody = person(account)

        def look(kind: str, path: str, at=somebody) -> list[str]:
            answer = at.page.goto(f"{at.url}{path}")
            assert answer is not None and (answer.ok or answer.status == UNPROCESSABLE), (
                f"{path}: {answer and answer.status}"
            )
            state = (kind, *sorted({*at.page.locator("main .tag, main h2").all_inner_texts()}))
            number = sum(each[0] == kind for each in states)
            if state not in states and number < MOST_STATES:
                states.add(state)
                check(at, kind, number + 1)
            return at.page.locator("a[href^='/']").evaluate_all("all => all.map(each => each.getAttribute('href'))")

        for kind, path in walk(
            kinds, "/home" if account else "/", look, seen[account and account.partition(":")[0]], MOST
        ):
            found.setdefault(kind, (account, path))
    missing = {*kinds.all} - {*found} - BY_BUTTONS
    assert not missing, f"no link leads to {sorted(missing)}"
    for account in {account for account, _ in found.values()}:
        somebody = person(account, language="en", phone=True)
        for kind, (whose, path) in found.items():
            if whose == account:
                somebody.open(path)
                check(somebody, kind, 1)
