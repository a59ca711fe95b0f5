"""A running platform, a headless browser, and people who use the one through the other."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.infrastructure.processes import free_port

ROOT = Path(__file__).parents[2]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
SLOWEST = 60_000
"""Milliseconds that anything on a page may take: how long a test waits before it says so."""


class Platform:
    """`peiyu run` as its own process, with time that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._folder = folder
        self._log = folder / "run.log"
        port = self.url.rpartition(":")[2]
        command = [sys.executable, "-m", "services.cli", "run", "--port", port, "--data-dir", str(folder / "data")]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([*command, "--no-sample"], cwd=ROOT, stdout=log, stderr=log)
        self.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False)
        self._tokens: dict[str, str] = {}

    def wait(self) -> None:
        end = time.monotonic() + 120
        while True:
            try:
                if self.http.get("/healthz").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the platform did not start:\n{self._log.read_text()[-4000:]}")

    def close(self) -> None:
        self.http.close()
        self._process.terminate()
        self._process.wait(60)

    def database(self, service: str) -> str:
        """A service's database, for what no story can bring about."""
        return f"postgresql://postgres@/{service}?host={self._folder / 'data' / 'postgres'}"

    def at(self, instant: str) -> None:
        """Move business time; `2026-04-30T23:59` is Shanghai time."""
        self.http.put("/dev/clock", json={"now": f"{instant}:00+08:00"}).raise_for_status()

    def call(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The API, for what a story needs before it begins; the answer's JSON."""
        answer = self.tried(who, method, path, body, **headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def tried(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """The API's answer, whatever it is: it may not have heard yet of what another service knows."""
        if who not in self._tokens:
            form = {"grant_type": "client_credentials", "client_id": who, "client_secret": "peiyu"}
            self._tokens[who] = self.http.post("/login/token", data=form).raise_for_status().json()["access_token"]
        headers = {"Authorization": f"Bearer {self._tokens[who]}"} | headers
        return self.http.request(method, f"/api/v1{path}", json=body, headers=headers)

    def until(self, happens: Callable[[], bool]) -> None:
        """Wait for what services tell each other."""
        end = time.monotonic() + SLOWEST / 1000
        while not happens():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.05)


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    running = Platform(tmp_path_factory.mktemp("platform"))
    try:
        running.wait()
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; no longer than a module, as no test with a loop of its own can run meanwhile."""
    chromium = shutil.which(os.environ.get("PEIYU_TEST_CHROMIUM", "chromium"))
    assert chromium, "there is no Chromium: make test installs one"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--force-color-profile=srgb"]
        )
        yield launched
        launched.close()


@dataclass
class Person:
    """Somebody at a browser, in front of one page."""

    page: Page
    context: BrowserContext
    url: str

    def open(self, path: str) -> "Person":
        self.page.goto(f"{self.url}{path}")
        return self

    def log_in(self, account: str) -> "Person":
        """From the front page through the unified login, as `account`."""
        self.open("/session/start")
        self.page.get_by_role("textbox").fill(account)
        self.page.get_by_role("textbox").press("Enter")
        self.page.wait_for_url(re.compile(rf"^{re.escape(self.url)}/(?!login)"))
        return self

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def follow(self, name: str) -> None:
        """Click the link or button that is called so."""
        self.page.get_by_role("link", name=name).or_(self.page.get_by_role("button", name=name)).first.click()

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for(timeout=SLOWEST)

    def log_in_again(self, account: str) -> None:
        """On the page that kept what was sent after the session had ended: log in in a new window, then go on."""
        assert self.heading == "登录已过期，您填写的内容仍在"
        with self.context.expect_page() as opened:
            self.follow("在新窗口登录")
        window = opened.value
        window.get_by_role("textbox").fill(account)
        window.get_by_role("textbox").press("Enter")
        window.get_by_text("请关闭本窗口").wait_for()
        self.follow("继续提交")

    def fill(self, fields: Mapping[str, str]) -> None:
        """Fill, choose or tick the fields by their names."""
        for name, value in fields.items():
            places = self.page.locator(f'[name="{name}"]')
            kind = places.first.evaluate("each => each.type || each.tagName.toLowerCase()")
            if kind in ("radio", "checkbox"):
                self.page.locator(f'[name="{name}"][value="{value}"]').check()
            elif kind == "select-one":
                places.first.select_option(value)
            else:
                places.first.fill(value)

    def _judged(self) -> AxeResults:
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        return Axe().run(self.page, options={"runOnly": rules})

    def check_accessible(self) -> None:
        """No violation that axe finds, nothing wider than the screen."""
        try:
            found = self._judged()
        except Error as error:
            if "navigation" not in str(error):
                raise
            self.page.wait_for_load_state()  # what was clicked before had still to bring its page
            found = self._judged()
        assert found.violations_count == 0, found.generate_report()
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{self.page.url} is {wider} px wider than the screen"


@pytest.fixture
def person(browser: Browser, platform: Platform) -> Iterator[Callable[..., Person]]:
    """`person("firm:CODE", language="en", phone=True, javascript=False)`; without an account nobody is logged in."""
    contexts: list[BrowserContext] = []

    def sit_down(account: str | None = None, *, language="zh-CN", phone=False, javascript=True) -> Person:
        context = browser.new_context(
            viewport=PHONE if phone else DESK, locale=language, java_script_enabled=javascript, bypass_csp=True
        )
        contexts.append(context)
        context.set_default_timeout(SLOWEST)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        somebody = Person(page, context, platform.url)
        return somebody.log_in(account) if account else somebody

    yield sit_down
    for context in contexts:
        context.close()
