"""People who go through the portal by its links, fields and buttons, whatever the language: by clicks, or by keys alone.

A link is known by its address and a field by its name, which are the same in both languages; what is read is looked up
in the portal's own words.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from playwright.sync_api import Locator, Page

from services.portal.language import Language, gettext
from services.portal.rendering import day
from services.portal.words import word
from tests.browser.conftest import SLOWEST, Person, Platform


class Way(NamedTuple):
    """How somebody uses the portal."""

    language: Language
    phone: bool = False
    javascript: bool = True
    keys: bool = False


AT_A_DESK = Way("zh-CN", keys=True)
ON_A_PHONE = Way("en", phone=True)
WITHOUT_SCRIPT = Way("zh-CN", javascript=False)


@dataclass
class Visitor:
    """Somebody at a browser who uses it in one way."""

    person: Person
    way: Way
    platform: Platform

    @property
    def page(self) -> Page:
        return self.person.page

    def open(self, path: str) -> "Visitor":
        self.person.open(path)
        return self

    def go(self, *addresses: str) -> "Visitor":
        """Follow one link after the other, each known by a part of its address."""
        for address in addresses:
            link = self.page.locator(f'nav a[href="{address}"], main a[href*="{address}"]').first
            self._leaves_by(link)
        return self

    def send(self, fields: Mapping[str, str] | None = None, do: str = "") -> "Visitor":
        """Fill in the form and send it; `do` is the button's value where there are several."""
        self.fill(fields or {})
        button = f'[name="do"][value="{do}"]' if do else ":not([name])"
        self._leaves_by(self.page.locator(f"main form .buttons button{button}").last)
        return self

    def find(self, credit_code: str) -> "Visitor":
        """Narrow the list to a firm."""
        self.fill({"credit_code": credit_code})
        self._leaves_by(self.page.locator("main form.filters button"))
        return self

    def use(self, place: Locator, key: str = "Enter") -> None:
        """Click what is there, or press the key on it."""
        place.press(key) if self.way.keys else place.click()

    def fill(self, fields: Mapping[str, str]) -> None:
        """Boxes and choices are ticked by the space bar where there are keys alone."""
        for name, value in fields.items():
            box = self.page.locator(f'main input:is([type="radio"], [type="checkbox"])[name="{name}"][value="{value}"]')
            if not box.count():
                self.person.fill({name: value})
            elif not box.is_checked():
                self.use(box, "Space")

    def sees(self, text: str, **values: str) -> None:
        """The text, which is the portal's own in Chinese, in the language of the page."""
        self.person.sees(gettext(self.way.language, text, **values))

    def tag(self, vocabulary: str, code: str) -> Locator:
        """How something stands, in the word for it."""
        return self.labelled(word(self.way.language, code, vocabulary))

    def labelled(self, text: str) -> Locator:
        shown = re.compile(rf"^\s*{re.escape(gettext(self.way.language, text))}\s*$")
        return self.page.locator("main .tag").filter(has_text=shown).first

    def row(self, *texts: str) -> Locator:
        """The row of a table in which all of them stand."""
        found = self.page.locator("main tr")
        for text in texts:
            found = found.filter(has_text=gettext(self.way.language, text))
        return found

    def sees_tag(self, vocabulary: str, code: str) -> None:
        self.tag(vocabulary, code).wait_for(timeout=SLOWEST)

    def waits_for(self, place: Locator, *, gone: bool = False) -> None:
        """Open the page again until it is there, or no longer: services tell each other."""

        def told() -> bool:
            self.page.reload(wait_until="domcontentloaded")
            return bool(place.count()) is not gone

        if bool(place.count()) is gone:
            self.platform.until(told)

    def day(self, on: str) -> str:
        """A date as people read it."""
        return day(self.way.language, on, weekday=True)

    def offers(self, address: str) -> bool:
        """Whether the page leads there."""
        return bool(self.page.locator(f'main a[href*="{address}"]').count())

    def upload(self, name: str, rows: Iterable[str]) -> None:
        file = {"name": name, "mimeType": "text/csv", "buffer": "\r\n".join(rows).encode()}
        self.page.locator("#file").set_input_files(file)

    def _leaves_by(self, place: Locator) -> None:
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.use(place)
