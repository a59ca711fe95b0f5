"""Messages as mail: subject, text and HTML, in Chinese or English, from one template per kind in one layout.

A kind's template has four blocks of plain text (subject, headline, body, todo: a paragraph or a step a line); the
two layouts put them on the page, and the HTML one escapes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from services.notifier.mail.wording import SAY, WORDS
from services.notifier.models import Message
from services.notifier.repository.messages import Listed
from services.notifier.vocabulary import REMINDERS, Audience, Kind
from shared.regulation import Duty, Regulation, Title

REMINDING = frozenset(REMINDERS.values())
LONGEST_LIST = 300
"""Most firms that a digest names; it counts them all."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message says."""

    subject: str
    text: str
    html: str


def language_of(wanted: str) -> str:
    """The language that mail is written in for somebody who wants `wanted` (BCP 47): English or Chinese."""
    return "en" if wanted.lower().startswith("en") else "zh-CN"


@dataclass(frozen=True, slots=True)
class Item:
    """One message of a mail; `listed` are the firms of an officers' list."""

    message: Message
    listed: Sequence[Listed] = ()


class Renderer:
    """Renders messages under one regulation."""

    def __init__(self, regulation: Regulation, portal_url: str) -> None:
        self._regulation = regulation
        self._portal_url = portal_url
        self._templates = Environment(
            loader=PackageLoader("services.notifier"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, items: Sequence[Item], language: str, today: date, addressee: str) -> Rendered:
        """What `items` say as they read on `today`, in one mail. Raises what Jinja2 raises."""
        say = SAY[language]
        sections = [self._section(item, language, today) for item in items]
        subject = sections[0]["subject"]
        if len(sections) > 1:
            subject = say["and_more"].format(subject, len(sections) - 1)
        context: dict[str, Any] = {
            "language": language,
            "say": say,
            "portal_url": self._portal_url,
            "greeting": say["greeting"].format(addressee),
            "subject": f"{say['prefix']}{subject}",
            "sections": sections,
        }
        text, html = (self._templates.get_template(f"layout.{kind}").render(context) for kind in ("txt", "html"))
        return Rendered(context["subject"], text, html)

    def _section(self, item: Item, language: str, today: date) -> dict[str, Any]:
        message, firms = item.message, item.listed
        say, english = SAY[language], language == "en"
        citation = message.facts["citation"]
        titles = {title.value: self._regulation.title_name(title, "en" if english else "zh") for title in Title}
        held = message.facts.get("titles") or [message.facts[key] for key in ("title",) if key in message.facts]
        context: dict[str, Any] = {
            **message.facts,
            "words": WORDS[language],
            "titles": titles,
            "titles_held": say["and"].join(titles[Title(each)] for each in held),
            "count": len(firms),
        }
        if message.kind in REMINDING and message.due is not None:
            days = (message.due - today).days
            context |= {"days": days, "countdown": _countdown(say, days)}
            context["what"] = WORDS[language]["duty"][Duty(message.facts["duty"])].format(year=message.facts["year"])
        template = self._templates.get_template(f"{language}/{_name(message)}.txt")
        subject, headline = (" ".join(_block(template, name, context).split()) for name in ("subject", "headline"))
        return {
            "subject": subject,
            "headline": self._of_office(message, language, headline),
            "body": _lines(_block(template, "body", context)),
            "todo": _lines(_block(template, "todo", context)),
            "firms": firms[:LONGEST_LIST],
            "more": say["more"].format(len(firms) - LONGEST_LIST) if len(firms) > LONGEST_LIST else "",
            "citation": citation,
            "citation_text": citation["text_en"] if english else citation["text"],
        }

    def _of_office(self, message: Message, language: str, headline: str) -> str:
        """The headline with the authority that it is about, for officers of another office: the bureau's."""
        authority = self._regulation.authorities.get(message.facts.get("authority", ""))
        if message.audience == Audience.FIRM or authority is None or authority.code == message.authority:
            return headline
        return SAY[language]["of_office"].format(authority.name_en if language == "en" else authority.name, headline)


def _name(message: Message) -> str:
    if message.audience == Audience.FIRM:
        return Kind(message.kind).value
    return "officers/digest" if message.kind in REMINDING else f"officers/{Kind(message.kind).value}"


def _block(template: Template, name: str, context: dict[str, Any]) -> str:
    return "".join(template.blocks[name](template.new_context(context)))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _countdown(say: dict[str, str], days: int) -> str:
    if days == 0:
        return say["today"]
    return say["left" if days > 0 else "overdue"].format(abs(days))
