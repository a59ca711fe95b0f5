"""What accepted requests owe, and what is found of it in every service: each effect under (service, effect, subject)."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg

from tests.chaos.ledger import Answer
from tests.chaos.load import Client, Midnight
from tests.infrastructure.mail import MailServer

Effects = Counter[tuple[str, str, str]]

PROFILE, TITLE, REPORT, APPLICATION, NOTICE = (
    f"copy of the {thing}" for thing in ("profile", "title", "report", "application", "notice")
)
OWED: Mapping[str, Sequence[tuple[str, str]]] = {
    "registered": (
        ("profile", "firm"),
        *((service, PROFILE) for service in ("changes", "reviews", "notifier")),
        ("notifier", "profile.registered.v1"),
    ),
    "granted": (
        ("reviews", "title"),
        *((service, TITLE) for service in ("profile", "changes", "notifier")),
        ("notifier", "certification.granted.v1"),
    ),
    "extended": (("profile", "notice"), ("reviews", NOTICE), ("notifier", NOTICE)),
    "updated": (
        ("profile", "update"),
        ("reviews", "duty met"),
        ("notifier", "profile.updated.v1"),
        ("mail", "update_received"),
    ),
    "applied": (
        ("reviews", "application"),
        ("reviews", "submitted"),
        ("reviews", "step applied"),
        ("notifier", APPLICATION),
        ("notifier", "review.submitted.v1"),
    ),
    "drafted": (("changes", "report"), ("notifier", REPORT), ("notifier", "change.drafted.v1")),
    "submitted": (("changes", "step submit"), ("notifier", "change.submitted.v1")),
    "given an opinion": (("changes", "step give_opinion"), ("notifier", "change.opinion_given.v1")),
    "decided": (
        ("changes", "step decide"),
        ("profile", "new name"),
        ("notifier", "change.decided.v1"),
        ("notifier", "profile.changed.v1"),
        ("mail", "change_decided"),
    ),
}
"""What was accepted to its effects, each of which it has once."""
MISSED: Mapping[str, Sequence[tuple[str, str]]] = {
    "updated": (("reviews", "revocation"), ("notifier", "eligibility.revoked.v1"), ("mail", "eligibility_revoked")),
    "applied": (("notifier", "certification.expired.v1"), ("mail", "certification_expired")),
}
"""What was due by midnight to what a firm meets, once, that has not done it."""

COUNTED: Mapping[str, Mapping[str, str]] = {
    "profile": {
        "notice": "SELECT source, count(*) FROM deadline_extensions WHERE source = ANY($1) GROUP BY 1",
    },
    "changes": {
        "step *": """SELECT credit_code, count(*), act FROM report_steps JOIN reports ON reports.id = report_id
            WHERE credit_code = ANY($1) GROUP BY 1, 3""",
    },
    "reviews": {
        "duty met": """SELECT credit_code, count(*) FROM update_duties
            WHERE credit_code = ANY($1) AND state = 'met' GROUP BY 1""",
        "revocation": """SELECT credit_code, count(*) FROM eligibility_steps JOIN certifications
            ON certifications.id = certification_id WHERE credit_code = ANY($1) AND act = 'revoked' GROUP BY 1""",
        "step *": """SELECT credit_code, count(*), act FROM review_steps JOIN reviews ON reviews.id = review_id
            WHERE credit_code = ANY($1) GROUP BY 1, 3""",
    },
    "notifier": {
        "*": "SELECT credit_code, count(*), type FROM heard_events WHERE credit_code = ANY($1) GROUP BY 1, 3",
    },
}
"""Service to effect to how many of it each subject has; `*` is the third column."""

COPIED: Mapping[str, Mapping[str, str]] = {
    PROFILE: {
        "profile": "SELECT credit_code, version, name FROM enterprises WHERE credit_code = ANY($1)",
        "changes": "SELECT credit_code, version, name FROM firms WHERE credit_code = ANY($1)",
        "reviews": "SELECT credit_code, version, name FROM profile_copies WHERE credit_code = ANY($1)",
        "notifier": "SELECT credit_code, version, name FROM firms WHERE credit_code = ANY($1)",
    },
    TITLE: {
        "reviews": "SELECT credit_code, id, status FROM certifications WHERE credit_code = ANY($1)",
        "profile": "SELECT credit_code, certification_id, status FROM held_titles WHERE credit_code = ANY($1)",
        "changes": "SELECT credit_code, certification_id, status FROM held_titles WHERE credit_code = ANY($1)",
        "notifier": "SELECT credit_code, id, status FROM certifications WHERE credit_code = ANY($1)",
    },
    REPORT: {
        "changes": "SELECT credit_code, id, version FROM reports WHERE credit_code = ANY($1)",
        "notifier": "SELECT credit_code, id, version FROM reports WHERE credit_code = ANY($1)",
    },
    APPLICATION: {
        "reviews": "SELECT credit_code, id, version FROM reviews WHERE credit_code = ANY($1)",
        "notifier": "SELECT credit_code, id, version FROM applications WHERE credit_code = ANY($1)",
    },
    NOTICE: {
        "profile": "SELECT source, id, version FROM deadline_extensions WHERE source = ANY($1)",
        "reviews": "SELECT source, extension_id, version FROM deadline_extensions WHERE source = ANY($1)",
        "notifier": "SELECT source, id, version FROM deadline_extensions WHERE source = ANY($1)",
    },
}
"""Copy to its owner, first, and the services that keep it: a copy counts where it says what the owner says."""

MAILED = """SELECT credit_code, kind, mail_id::text FROM messages
    WHERE credit_code = ANY($1) AND audience = 'firm' AND state = 'sent'"""


def owed(answers: Iterable[Answer], midnight: Midnight, also: Mapping[str, Sequence[tuple[str, str]]]) -> Effects:
    """The effects of all that was accepted, those in `also` too, and what became of firms that slept."""
    accepted = [answer.request for answer in answers if answer.accepted]
    effects = Counter(
        (service, effect, request.subject)
        for request in accepted
        for service, effect in (*OWED[request.act], *also.get(request.act, ()))
    )
    awake = {request.subject for request in accepted if request.act == midnight.due}
    slept = {request.subject for request in accepted if request.act == "granted"} - awake
    effects.update((service, effect, code) for code in slept for service, effect in MISSED[midnight.due])
    return effects


async def found(
    subjects: Sequence[str], client: Client, databases: Mapping[str, asyncpg.Pool], mail: MailServer
) -> tuple[Effects, int]:
    """What is found of any effect on the subjects, and how many mails came twice under one Message-ID."""
    effects: Effects = Counter()
    firms = [subject for subject in subjects if subject.isascii()]
    for each in await asyncio.gather(*(_asked(code, client) for code in firms)):
        effects += each
    for service, counts in COUNTED.items():
        for effect, sql in counts.items():
            for subject, count, *which in await databases[service].fetch(sql, subjects):
                effects[service, effect.replace("*", "".join(which)), subject] += count
    for copy, places in COPIED.items():
        (_, original), *others = places.items()
        owner = next(iter(places))
        known = {tuple(row) for row in await databases[owner].fetch(original, subjects)}
        for service, sql in others:
            effects.update(
                (service, copy, row[0]) for row in await databases[service].fetch(sql, subjects) if tuple(row) in known
            )
    taken = Counter(str(message["Message-ID"]).strip("<>").partition("@")[0] for message in mail.messages)
    carried = await databases["notifier"].fetch(MAILED, subjects)
    effects.update(("mail", kind, code) for code, kind, mail_id in carried if taken[mail_id])
    return effects, sum(taken[mail_id] - 1 for mail_id in {row["mail_id"] for row in carried} if taken[mail_id])


async def _asked(code: str, client: Client) -> Effects:
    """What the platform answers when it is asked about a firm."""
    firm = await client.get(f"/enterprises/{code}")
    updates, titles, reports, applications = [
        (await client.get(path) or {"items": []})["items"]
        for path in (
            f"/enterprises/{code}/updates",
            f"/certifications?credit_code={code}",
            f"/changes?credit_code={code}",
            f"/reviews?credit_code={code}",
        )
    ]
    known: dict[tuple[str, str], int] = {
        ("profile", "firm"): firm is not None,
        ("profile", "new name"): len(firm["names"]) - 1 if firm else 0,
        ("profile", "update"): len(updates),
        ("reviews", "title"): len(titles),
        ("changes", "report"): len(reports),
        ("reviews", "application"): len(applications),
        ("reviews", "submitted"): sum(each["status"] == "submitted" for each in applications),
    }
    return Counter({(service, effect, code): count for (service, effect), count in known.items()})


async def left_over(databases: Mapping[str, asyncpg.Pool]) -> dict[str, Any]:
    """What the services have in hand still: events that wait to be published, messages that could not be taken."""
    return {
        f"{service} {table}": count
        for service, pool in databases.items()
        for table in ("outbox", "failed_messages")
        if (count := await pool.fetchval(f"SELECT count(*) FROM {table}"))
    }
