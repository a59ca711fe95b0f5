"""Every text of the portal is said in both languages."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from services.portal.language import catalogues

PORTAL = Path(__file__).parents[3] / "services" / "portal"
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext.babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "say": None}
HAN = re.compile(r"[\u4e00-\u9fff]")
HAN_OR_POINT = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def used() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    options = {"**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
    for name, _, message, _, _ in extract_from_dir(PORTAL, METHODS, options_map=options, keywords=KEYWORDS):
        for text in (message,) if isinstance(message, str) else message:
            if text and HAN_OR_POINT.search(text):
                found.setdefault(text, set()).add(name)
    return found


def test_no_text_is_untranslated():
    said = {str(each.id): each.string for catalogue in catalogues() for each in catalogue if each.id}
    missing = {text: sorted(names) for text, names in used().items() if not said.get(text)}
    assert not missing, "\n".join(f"{names[0]}: {text}" for text, names in sorted(missing.items(), key=lambda m: m[1]))


def test_no_translation_is_left_over():
    texts = used()
    assert [str(each.id) for catalogue in catalogues() for each in catalogue if each.id and each.id not in texts] == []


@pytest.mark.parametrize("path", sorted(PORTAL.rglob("*.html")), ids=lambda path: str(path.relative_to(PORTAL)))
def test_no_template_says_chinese_without_a_translation(path):
    """Outside `_(…)`, comments and what is marked as Chinese."""
    text = re.sub(
        r"\{#.*?#\}|_\(\s*\"[^\"]*\"|lang=\"zh-CN\">[^<]*<|<button[^>]*lang=\"zh-CN\"[^>]*>[^<]*<",
        "",
        path.read_text(),
        flags=re.DOTALL,
    )
    assert not HAN.search(text), HAN.findall(text)


def test_places_for_values_are_the_same_in_both_languages():
    place = re.compile(r"%\(\w+\)s|%")
    for catalogue in catalogues():
        assert isinstance(catalogue, Catalog)
        for each in catalogue:
            if each.id and "%(" in str(each.id):
                assert sorted(place.findall(str(each.id))) == sorted(place.findall(str(each.string))), each.id


def test_one_text_is_said_in_one_way():
    """All catalogues make one: of two ways to say a text the last would win everywhere."""
    said: dict[str, set[str]] = {}
    for catalogue in catalogues():
        for each in catalogue:
            if each.id:
                said.setdefault(str(each.id), set()).add(str(each.string))
    assert {text: ways for text, ways in said.items() if len(ways) > 1} == {}


def test_catalogues_are_well_formed():
    for path in PORTAL.rglob("en.po"):
        with path.open("rb") as file:
            read_po(file, abort_invalid=True)
