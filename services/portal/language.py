"""The two languages: Chinese as it is written in the source, English by the catalogues `en.po` in each folder."""

import io
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Literal

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

Language = Literal["zh-CN", "en"]
CHINESE: Language = "zh-CN"
ENGLISH: Language = "en"
LANGUAGES: tuple[Language, ...] = (CHINESE, ENGLISH)


def catalogues() -> list[Catalog]:
    """What says the Chinese in English: the file `en.po` of each folder of pages and components."""
    found = []
    for path in sorted(Path(__file__).parent.rglob("en.po")):
        with path.open("rb") as file:
            found.append(read_po(file, locale=ENGLISH))
    return found


@cache
def translations(language: Language) -> NullTranslations:
    """What says the source's Chinese in `language`."""
    if language == CHINESE:
        return NullTranslations()
    whole = Catalog(locale=ENGLISH)
    for catalogue in catalogues():
        for message in catalogue:
            if message.id:
                whole[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


def gettext(language: Language, text: str, **values: Any) -> str:
    """`text` in `language`, with `values` in its `%(…)s` places."""
    said = translations(language).gettext(text)
    return said % values if values else said


def wanted(asked: str | None, accepted: str) -> Language:
    """The language that was chosen; else English only for a browser that puts it before Chinese."""
    if asked in LANGUAGES:
        return asked
    ranks = {tag: place for place, tag in enumerate(reversed([part[:2].lower() for part in accepted.split(",")]))}
    return ENGLISH if ranks.get("en", -1) > ranks.get("zh", -1) and "en" in ranks else CHINESE
