"""Messages as mail: subject, text and HTML, in Chinese or English, from one template per kind in one layout.

A kind's template has blocks of plain text: subject, headline, body and todo (a paragraph or a step a line), and for
what is due `otherwise`, what happens if it is missed. The two layouts put them on the page, and the HTML one escapes
them. A mail of several items tells the most urgent one first; to officers it tells what is alike together.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import escape

from services.notifier.domain import Told
from services.notifier.mail.calendar import Occasion
from services.notifier.mail.sections import Item, Section, Writer, template_name, urgency
from services.notifier.mail.threads import thread
from services.notifier.mail.wording import SAY, WEEKDAYS, WORDS
from services.notifier.models import Firm, Message
from services.notifier.repository.calendars import Owed
from services.notifier.vocabulary import REMINDING, Audience
from shared.regulation import Regulation

LONGEST_LIST = 300
"""Most firms that a mail to officers names; it counts them all."""

SHORTEST_LIST = 10
"""How many firms each of many lists names at least."""

MOST_SECTIONS = 30
"""Most items that a mail to officers tells of; it counts them all. A firm is told of everything."""

LAYOUTS = ("layout.txt", "layout.html")

MOST_FORMS = 256
"""Reminders that are kept for the next firm."""

ADDRESSEE, BLANKS = uuid4().hex, {"enterprise_name": uuid4().hex, "credit_code": uuid4().hex}
"""What stands in a form for the addressee, and for the facts that no two firms share: words that nobody can know."""

PARTS = re.compile(f"({'|'.join((ADDRESSEE, *BLANKS.values()))})")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a mail says; the kinds of its items and the conversations that they belong to, the most urgent first."""

    subject: str
    text: str
    html: str
    kinds: tuple[str, ...]
    threads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Form:
    """A mail as it is for everybody, in parts: every second one is a blank."""

    subject: Sequence[str]
    text: Sequence[str]
    html: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Group:
    """Sections that ask for the same under the same article, which is said once."""

    sections: list[Section]

    @property
    def first(self) -> Section:
        return self.sections[0]


def language_of(wanted: str) -> str:
    """The language that mail is written in for somebody who wants `wanted` (BCP 47): English or Chinese."""
    return "en" if wanted.lower().startswith("en") else "zh-CN"


class Renderer:
    """Renders messages under one regulation.

    `answered`: whether somebody reads what is replied to a mail; `templates`: another folder to take them from.
    """

    def __init__(
        self, regulation: Regulation, portal_url: str, *, answered: bool = False, templates: str | None = None
    ) -> None:
        self._templates = _environment(templates)
        self._writers = {
            language: Writer(self._templates, regulation, language, portal_url) for language in ("zh-CN", "en")
        }
        self._footer = "footer_answered" if answered else "footer"
        self._versions: dict[tuple[str, str, str], str] = {}
        self._form = lru_cache(MOST_FORMS)(self._blank)

    def render(self, items: Sequence[Item], language: str, today: date, addressee: str) -> Rendered:
        """What `items` say as they read on `today`, in one mail. Raises what Jinja2 raises, KeyError, TypeError.

        Thousands of firms get the same reminder on one day: it is written once, and filled in for each.
        """
        message = items[0].message
        own = _own(message, addressee) if len(items) == 1 else {}
        if not own:
            return self.write(items, language, today, addressee)
        facts = message.facts | {name: blank for name, blank in BLANKS.items() if blank in own}
        form = self._form(language, today, message.kind, message.stage, message.due, json.dumps(facts))
        escaped = {blank: str(escape(value)) for blank, value in own.items()}
        return Rendered(
            _filled(form.subject, own),
            _filled(form.text, own),
            _filled(form.html, escaped),
            (message.kind,),
            (thread(message),),
        )

    def _blank(self, language: str, today: date, kind: str, stage: str, due: date | None, facts: str) -> _Form:
        message = Message(
            kind=kind, stage=stage, audience=Audience.FIRM, due=due, facts=json.loads(facts), about="", authority=""
        )
        written = self.write([Item(message)], language, today, ADDRESSEE)
        return _Form(*(PARTS.split(each) for each in (written.subject, written.text, written.html)))

    def write(self, items: Sequence[Item], language: str, today: date, addressee: str) -> Rendered:
        """What `render` gives, without a form."""
        say = SAY[language]
        firm = items[0].message.audience == Audience.FIRM
        if len(items) > 1:
            items = sorted(items, key=lambda item: urgency(item.message, today))
        told = items if firm else items[:MOST_SECTIONS]
        longest_list = max(SHORTEST_LIST, LONGEST_LIST // len(told))
        write = self._writers[language].write
        sections = [write(item, today, longest_list) for item in told]
        subject = sections[0].subject
        context: dict[str, Any] = {
            "language": language,
            "say": say,
            "footer": say[self._footer],
            "greeting": say["greeting"].format(addressee),
            "subject": say["prefix"] + (say["also"].format(subject, len(items) - 1) if len(items) > 1 else subject),
            "sections": sections,
            "groups": [_Group([each]) for each in sections] if firm else _alike(sections),
            "several": say["several"].format(len(items)) if len(items) > 1 else "",
            "unwritten": say["unwritten"].format(len(items) - len(told)) if len(told) < len(items) else "",
        }
        text, html = (_page(self._templates.get_template(layout), context) for layout in LAYOUTS)
        return Rendered(
            context["subject"],
            text,
            html,
            tuple(dict.fromkeys(item.message.kind for item in items)),
            tuple(dict.fromkeys(thread(item.message) for item in items)),
        )

    def section(self, item: Item, language: str, today: date) -> Section:
        """What a mail says of one item."""
        return self._writers[language].write(item, today, LONGEST_LIST)

    def occasion(self, told: Told[Owed], firm: Firm, language: str) -> Occasion:
        """A duty's date for the calendar of a firm."""
        return self._writers[language].occasion(told, firm)

    def version(self, kind: str, audience: str, language: str) -> str:
        """What a message of a kind is worded by, as a short hash: its template, the layouts, the shared words."""
        key = (kind, audience, language)
        if key not in self._versions:
            assert self._templates.loader is not None
            digest = sha256(repr((SAY[language], WORDS[language], WEEKDAYS[language])).encode())
            for name in (template_name(language, kind, audience), *LAYOUTS):
                digest.update(self._templates.loader.get_source(self._templates, name)[0].encode())
            self._versions[key] = digest.hexdigest()[:12]
        return self._versions[key]


@lru_cache(maxsize=4)
def _environment(folder: str | None) -> Environment:
    """The templates of a folder, or the platform's own: each is compiled once in a process."""
    return Environment(
        loader=FileSystemLoader(folder) if folder else PackageLoader("services.notifier"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _own(message: Message, addressee: str) -> dict[str, str]:
    """What a reminder says of its firm alone, by its blanks; nothing where it cannot be filled in."""
    if message.audience != Audience.FIRM or message.kind not in REMINDING:
        return {}
    own = {ADDRESSEE: addressee} | {
        blank: message.facts[name] for name, blank in BLANKS.items() if name in message.facts
    }
    return own if all(_is_plain(each) for each in own.values()) else {}


def _is_plain(value: Any) -> bool:
    """Whether a value stands in a mail as it is: the templates take space together."""
    return isinstance(value, str) and value != "" and value == " ".join(value.split())


def _filled(parts: Sequence[str], own: Mapping[str, str]) -> str:
    return "".join([own.get(part, part) for part in parts])


def _alike(sections: Sequence[Section]) -> list[_Group]:
    groups: dict[tuple[object, ...], _Group] = {}
    for each in sections:
        groups.setdefault((each.todo, each.cited, each.sentence), _Group([])).sections.append(each)
    return list(groups.values())


def _page(layout: Template, context: dict[str, Any]) -> str:
    return "".join(layout.root_render_func(layout.new_context({**layout.globals, **context}, shared=True)))
