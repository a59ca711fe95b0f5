"""A running platform, a headless browser, and people who use the one through the other."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from shared.contracts.asyncapi import sample
from tests.browser import platform as platforms
from tests.browser.platform import Platform

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
SLOWEST = platforms.SLOWEST * 1000
"""Milliseconds."""

TYPE = "certification.granted.v1"
"""Of the messages that could not be taken."""


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("platform")) as running:
        yield running


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
    account: str | None = None

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
        """Click the link or button that is called so; the page that it leads to is there, whole."""
        self.page.get_by_role("link", name=name).or_(self.page.get_by_role("button", name=name)).first.click()
        self.page.wait_for_load_state()

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

    def check_named(self, heading: str) -> None:
        """The page has the heading, its title says the same, and it is accessible."""
        assert self.heading == heading
        assert self.page.title() == f"{heading} · 培育平台"
        self.check_accessible()

    def check_accessible(self) -> None:
        """No violation that axe finds, nothing wider than the screen."""
        try:
            found = self._judged()
        except Error as error:
            if not any(sign in str(error) for sign in ("navigation", "reading 'documentElement'")):
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
        somebody = Person(page, context, platform.url, account)
        return somebody.log_in(account) if account else somebody

    yield sit_down
    for context in contexts:
        context.close()


@pytest.fixture
def failed(platform):
    """`failed("changes", "LookupError", 3)` puts that many messages there, as if a handler had not taken them; their ids."""

    def put(service, error_kind, count, error="没有规则，请问13912345678", state="dead", type_=TYPE, body=None):
        ids = [uuid4() for _ in range(count)]

        async def insert():
            connection = await asyncpg.connect(platform.database(service))
            try:
                for number, each in enumerate(ids):
                    event = sample(TYPE) | {"id": str(each), "note": "13912345678"}
                    await connection.execute(
                        "INSERT INTO failed_messages (consumer, event_id, type, subject, body, state, error_kind, error, attempts, next_try_at)"
                        " VALUES ($1, $2, $3, '91350203MA31F1331W', $4, $5, $6, $7, 8, now() + interval '1 hour')",
                        service, each, type_, body or json.dumps(event).encode(), state, error_kind, f"{error}（{number}）",
                    )  # fmt: skip
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
            thread.submit(asyncio.run, insert()).result()
        return [str(each) for each in ids]

    return put
