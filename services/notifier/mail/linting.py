"""Renders every mail there is with sample data, and names every defect that a reader would meet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, PackageLoader, StrictUndefined, TemplateError, TemplateNotFound

from services.notifier.domain import Entry, Told, entry_uid
from services.notifier.mail.rendering import Renderer
from services.notifier.mail.samples import ADDRESSEES, CODE, Sample, catalogue, firm, owed, sample, stages
from services.notifier.mail.sections import template_name
from services.notifier.mail.wording import WEEKDAYS
from services.notifier.models import Message
from services.notifier.vocabulary import REMINDING, Audience
from shared.regulation import Regulation

LANGUAGES = ("zh-CN", "en")
LONGEST_SUBJECT = 100
NEEDED = frozenset({"subject", "headline", "body", "todo"})
"""The blocks of every template; one that reminds has `otherwise` too."""

STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
LINK = re.compile(r'href="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with one mail."""

    mail: str
    text: str

    def __str__(self) -> str:
        return f"{self.mail}: {self.text}"


def lint(regulation: Regulation, portal_url: str, templates: str | None = None) -> list[Defect]:
    """Every defect of every kind, for each audience, stage and language; `templates` is another folder to take."""
    renderer = Renderer(regulation, portal_url, templates=templates)
    found = list(_of_templates(templates))
    broken = {defect.mail for defect in found}
    for kind, audience in catalogue():
        for language in LANGUAGES:
            if template_name(language, kind, audience) in broken:
                continue
            for stage in stages(regulation, kind):
                mail = "/".join(filter(None, (kind, audience, stage, language)))
                shown = sample(regulation, kind, audience, stage)
                found += [Defect(mail, text) for text in _of_mail(renderer, shown, language)]
    return list(dict.fromkeys(found))


def _of_templates(folder: str | None) -> Iterator[Defect]:
    """What can be told without rendering: a template that is not there, is broken, or has not the blocks it needs."""
    loader = FileSystemLoader(folder) if folder else PackageLoader("services.notifier")
    environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=True)
    for kind, audience in catalogue():
        blocks = {}
        needed = NEEDED | ({"otherwise"} if kind in REMINDING and audience == Audience.FIRM else set())
        for language in LANGUAGES:
            name = template_name(language, kind, audience)
            try:
                blocks[language] = frozenset(environment.get_template(name).blocks)
            except TemplateNotFound:
                yield Defect(name, "there is no such template")
            except TemplateError as error:
                yield Defect(name, str(error))
            else:
                if missing := needed - blocks[language]:
                    yield Defect(name, f"has no block {', '.join(sorted(missing))}")
        if len(set(blocks.values())) > 1:
            differing = frozenset.union(*blocks.values()) - frozenset.intersection(*blocks.values())
            mail = f"{kind}/{audience}"
            yield Defect(mail, f"the languages differ in their blocks: {', '.join(sorted(differing))}")


def _of_mail(renderer: Renderer, shown: Sample, language: str) -> Iterator[str]:
    message = shown.item.message
    try:
        section = renderer.section(shown.item, language, shown.today)
        mail = renderer.render([shown.item], language, shown.today, ADDRESSEES[Audience(message.audience)])
    except (TemplateError, KeyError, TypeError, ValueError) as error:
        yield f"cannot be rendered: {type(error).__name__}: {error}"
        return
    for block in sorted(NEEDED):
        if not getattr(section, block):
            yield f"says nothing in its block {block}"
    if len(mail.subject) > LONGEST_SUBJECT:
        yield f"its subject has {len(mail.subject)} characters"
    yield from _of_text("text", mail.text, message)
    yield from _of_text("HTML", STYLE.sub("", mail.html), message)
    for link in (section.page, *LINK.findall(mail.html)):
        if not _is_absolute(link):
            yield f"a link is not absolute: {link}"
    if message.kind in REMINDING and message.audience == Audience.FIRM:
        yield from _of_reminder(renderer, message, section.rows, language)


def _of_text(form: str, text: str, message: Message) -> Iterator[str]:
    if message.facts["citation"]["article"] not in text:
        yield f"its {form} does not name the article"
    if braces := re.search(r".{0,20}[{}].{0,20}", text):
        yield f"its {form} has a brace left: {braces[0].strip()}"


def _of_reminder(renderer: Renderer, message: Message, rows: object, language: str) -> Iterator[str]:
    """A reminder names the firm, the day of the week, and goes into a calendar."""
    told = str(rows)
    if CODE not in told:
        yield "does not name the firm"
    if not any(day in told for day in WEEKDAYS[language]):
        yield "does not name the day of the week"
    each = owed(message)
    occasion = renderer.occasion(Told(entry_uid(each.duty, each.subject), Entry(0, each.due), each), firm(), language)
    for text in (occasion.summary, occasion.description):
        if "{" in text or not text.strip():
            yield f"its calendar entry reads: {text}"


def _is_absolute(link: str) -> bool:
    parts = urlsplit(link)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"[\s{}]|None", link)
