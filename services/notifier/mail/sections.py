"""One thing that a mail tells, in words: what its template says, with date, consequence, article and page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from jinja2 import Environment

from services.notifier.domain import Told
from services.notifier.mail import links
from services.notifier.mail.calendar import Occasion
from services.notifier.mail.wording import SAY, WEEKDAYS, WORDS
from services.notifier.models import Firm, Message
from services.notifier.repository.calendars import Owed
from services.notifier.repository.messages import Listed
from services.notifier.vocabulary import OVERDUE, REMINDERS, REMINDING, Audience, Kind
from shared.regulation import Duty, Regulation, Title

SOON = 7
"""What is due within so many days comes before the loss of a right."""

GRAVE = frozenset(
    {
        Kind.ELIGIBILITY_REVOKED,
        Kind.CERTIFICATION_CANCELLED,
        Kind.CERTIFICATION_EXPIRED,
        Kind.CHANGE_SANCTIONED,
        Kind.CHANGE_DECIDED,
        Kind.REVIEW_REFUSED,
        Kind.REVIEW_OBJECTED,
        Kind.FIRM_UNREACHED,
        Kind.FIRM_UNANSWERED,
    }
)
"""News that may cost a right."""


RETURNED = frozenset({Kind.CHANGE_RETURNED, Kind.REVIEW_RETURNED})


@dataclass(frozen=True, slots=True)
class Item:
    """A message that goes into a mail; `listed` are the firms of an officers' list."""

    message: Message
    listed: Sequence[Listed] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """What a mail says of one item: a paragraph, row or step each."""

    subject: str
    headline: str
    rows: tuple[tuple[str, str], ...]
    body: tuple[str, ...]
    todo: tuple[str, ...]
    otherwise: str
    firms: Sequence[Listed]
    more: str
    cited: str
    sentence: str
    page: str
    button: str


def deadline(message: Message, today: date) -> date | None:
    """The day by which a message asks its reader to have done something, as it is shown.

    A period in months counts to its own last day; the day to which it rolled is shown once that has passed.
    """
    facts, kind = message.facts, message.kind
    if kind in RETURNED:
        return date.fromisoformat(facts["correction_due"])
    if kind == Kind.OCCURRENCE_RECORDED or (kind == Kind.CHANGE_REPORT_DUE and message.audience == Audience.FIRM):
        nominal = date.fromisoformat(facts["nominal_due"])
        return nominal if today <= nominal else date.fromisoformat(facts["due"])
    return message.due if kind in REMINDING else None


def urgency(message: Message, today: date) -> tuple[int, int]:
    """What comes first in a mail sorts lower: what is due at once, what may cost a right, other dates, other news."""
    due = deadline(message, today)
    days = (due - today).days if due is not None else 0
    if due is not None and days <= SOON:
        return 0, days
    if message.kind in GRAVE:
        return 1, 0
    return (2, days) if due is not None else (3, 0)


class Writer:
    """Writes sections in one language, under one regulation."""

    def __init__(self, templates: Environment, regulation: Regulation, language: str, portal_url: str) -> None:
        self._templates = templates
        self._language = language
        self._portal_url = portal_url.rstrip("/")
        self._say = SAY[language]
        self._english = language == "en"
        self._offices = {
            code: office.name_en if self._english else office.name for code, office in regulation.authorities.items()
        }
        self._titles = {title.value: regulation.title_name(title, "en" if self._english else "zh") for title in Title}
        self._words: dict[str, Any] = {
            "language": language,
            "words": WORDS[language],
            "say": self._say,
            "titles": self._titles,
            "day": partial(dated, language=language),
        }

    def write(self, item: Item, today: date, longest_list: int) -> Section:
        """The section of an item as it reads on `today`. Raises what Jinja2 raises, KeyError for a missing fact."""
        message, facts, say = item.message, item.message.facts, self._say
        listed = len(item.listed)
        due = deadline(message, today)
        template = self._templates.get_template(template_name(self._language, message.kind, message.audience))
        context = template.new_context(
            {
                **template.globals,
                **facts,
                **self._words,
                **self._dates(message, due, today),
                "titles_held": self._held(facts),
                "count": listed,
            },
            shared=True,
        )

        def block(name: str) -> str:
            return "".join(template.blocks[name](context))

        subject, headline = (" ".join(block(name).split()) for name in ("subject", "headline"))
        otherwise = " ".join(block("otherwise").split()) if "otherwise" in template.blocks else ""
        cited, sentence = self._cited(facts["citation"])
        return Section(
            subject=subject,
            headline=self._of_office(message, headline),
            rows=tuple(self._rows(message, due, today, otherwise)),
            body=_lines(block("body")),
            todo=_lines(block("todo")),
            otherwise=otherwise,
            firms=item.listed[:longest_list],
            more=say["more"].format(listed - longest_list) if listed > longest_list else "",
            cited=cited,
            sentence=sentence,
            page=self._portal_url + links.path(message.kind, message.audience, facts),
            button=say["act" if links.acts(message.kind, message.audience) else "see"],
        )

    def occasion(self, told: Told[Owed], firm: Firm) -> Occasion:
        """A duty's date as it stands in the calendar of a firm."""
        say, owed = self._say, told.owed
        if owed is None:
            duty, _, rest = told.uid.partition(".")
            named = self._words["words"]["duty"][duty].format(year=rest.partition("@")[0].rpartition(".")[2])
            summary, description = say["occasion_over"].format(named), say["occasion_over_why"]
            page = links.path(Kind.OCCURRENCE_DISMISSED, Audience.FIRM, {})
        else:
            kind = REMINDERS[Duty(owed.duty)]
            facts = {"citation": owed.citation, "year": owed.year, "due": owed.due.isoformat(), **owed.facts}
            template = self._templates.get_template(template_name(self._language, kind, Audience.FIRM))
            context = template.new_context({**template.globals, **facts, **self._words}, shared=True)
            otherwise = " ".join("".join(template.blocks["otherwise"](context)).split())
            page = links.path(kind, Audience.FIRM, facts)
            cited, sentence = self._cited(owed.citation)
            named = self._words["words"]["duty"][owed.duty].format(year=owed.year)
            summary = say["occasion"].format(named)
            description = f"{say['otherwise']}{say['colon']}{otherwise}\n{say['basis']}{cited}\n{sentence}"
        summary = say["prefix"] + summary
        return Occasion(
            uid=told.uid,
            sequence=told.entry.sequence,
            day=told.entry.due,
            cancelled=told.entry.cancelled,
            summary=say["firm_is"].format(summary, firm.name),
            alarm=summary,
            description=f"{description}\n{self._portal_url}{page}",
            page=self._portal_url + page,
        )

    def _cited(self, citation: Mapping[str, str]) -> tuple[str, str]:
        return f"{citation['document']} {citation['article']}", citation["text_en" if self._english else "text"]

    def _dates(self, message: Message, due: date | None, today: date) -> dict[str, Any]:
        if message.kind not in REMINDING or due is None:
            return {}
        facts = message.facts
        final = message.stage == OVERDUE and message.audience == Audience.FIRM
        left = counted(due, today, self._say)
        return {
            "by": due.isoformat(),
            "days": (due - today).days,
            "final": final,
            "countdown": self._say["final"].format(left) if final else left,
            "what": self._words["words"]["duty"][Duty(facts["duty"])].format(year=facts["year"]),
        }

    def _of_office(self, message: Message, headline: str) -> str:
        """The headline with the authority that it is about, for officers of another office: the bureau's."""
        office = message.facts.get("authority")
        if message.audience == Audience.FIRM or office not in self._offices or office == message.authority:
            return headline
        return self._say["of_office"].format(self._offices[office], headline)

    def _held(self, facts: Mapping[str, Any]) -> str:
        held = facts.get("titles") or [facts[key] for key in ("title",) if key in facts]
        return self._say["and"].join(self._titles[Title(each)] for each in held)

    def _rows(self, message: Message, due: date | None, today: date, otherwise: str) -> list[tuple[str, str]]:
        """Firm, date with weekday and days left, the day to which it rolled, and what happens otherwise."""
        facts, say = message.facts, self._say
        rows = []
        if message.audience == Audience.FIRM and "enterprise_name" in facts:
            rows.append((say["firm"], say["firm_is"].format(facts["enterprise_name"], facts["credit_code"])))
        if due is not None:
            is_due = say["due_is"].format(dated(due, self._language), counted(due, today, say))
            rows.append((say["due"], is_due))
            last = facts.get("due")
            if message.audience == Audience.FIRM and due.isoformat() == facts.get("nominal_due") != last and last:
                rows.append((say["rolled"], say["rolled_is"].format(dated(last, self._language))))
        if otherwise:
            rows.append((say["otherwise"], otherwise))
        return rows


def template_name(language: str, kind: str, audience: str) -> str:
    """The template of a kind; officers get one list for all that reminds."""
    if audience == Audience.FIRM:
        return f"{language}/{Kind(kind).value}.txt"
    return f"{language}/officers/{'digest' if kind in REMINDING else Kind(kind).value}.txt"


def dated(day: date | str, language: str) -> str:
    """A date with its weekday: 2026-04-30（星期四）."""
    on = date.fromisoformat(day[:10]) if isinstance(day, str) else day
    return SAY[language]["day"].format(on.isoformat(), WEEKDAYS[language][on.weekday()])


def counted(due: date, today: date, say: Mapping[str, str]) -> str:
    """How many days are left until `due`, or passed since."""
    days = (due - today) // timedelta(days=1)
    if days == 0:
        return say["today"]
    return say[("left" if days > 0 else "overdue") + ("_one" if abs(days) == 1 else "")].format(abs(days))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(stripped for line in text.splitlines() if (stripped := line.strip()))
