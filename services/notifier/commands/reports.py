"""Takes in what mail systems report of our mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from prometheus_client import Counter

from services.notifier.commands.failures import Failure, tell_officers
from services.notifier.mail.reports import Action, Report, read
from services.notifier.mail.verdicts import becomes, is_nobody
from services.notifier.models import Mail
from services.notifier.repository import reports
from services.notifier.vocabulary import MessageState
from shared.messaging import Work
from shared.runtime.clock import real_now

REPORTED = Counter("peiyu_delivery_reports_total", "Reports of what became of our mails", ["action"])
for action in Action:
    REPORTED.labels(action)
REPORTS = UUID("aa268b40-459c-4b53-8c76-555651a58c76")
"""The namespace of reports' ids."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that was taken in. Without `mail` it is about none of ours; one that is `known` came before."""

    id: UUID
    report: Report
    mail: Mail | None
    known: bool


async def take_in(work: Work, content: bytes) -> list[Taken]:
    """Take in a delivery report, once however often it comes. Raises `NotAReport`.

    It counts for the mail of ours that it names if that mail went to this recipient. What a failure and a delivery of
    the same mail make of it does not depend on which is heard of first; what is known already makes nothing.
    """
    session = work.session
    found = {_id_of(report): report for report in read(content)}
    mails = await reports.mails(session, {each.mail_id for each in found.values() if each.mail_id})
    matched = {id_: _matched(report, mails) for id_, report in found.items()}
    new = await reports.keep(
        session,
        [
            {
                "id": id_,
                "mail_id": mail.id if (mail := matched[id_]) else None,
                "recipient": report.recipient,
                "action": report.action,
                "status": report.status,
                "diagnostic": report.diagnostic,
                "content": content if mail else None,
                "received_at": real_now(),
            }
            for id_, report in found.items()
        ],
    )
    taken = [Taken(id_, report, matched[id_], id_ not in new) for id_, report in found.items()]
    news = [each for each in taken if not each.known]
    await _conclude(work, news)
    for each in news:
        REPORTED.labels(each.report.action).inc()
    await tell_officers(work, [each for each in map(_failed, news) if each is not None])
    return taken


def _id_of(report: Report) -> UUID:
    """The same for the same report, by whichever way and however often it comes."""
    told = (report.origin, report.message_id, report.envelope_id, *report.recipients, report.action, report.status)
    return uuid5(REPORTS, "\n".join(str(each) for each in (*told, report.diagnostic)))


def _matched(report: Report, mails: dict[UUID, Mail]) -> Mail | None:
    mail = mails.get(report.mail_id) if report.mail_id else None
    return mail if mail is not None and mail.recipient.lower() in report.recipients else None


async def _conclude(work: Work, taken: Sequence[Taken]) -> None:
    states: dict[UUID, MessageState] = {}
    mails = {each.mail.id: each.mail for each in taken if each.mail}
    for each in taken:
        if each.mail is not None:
            was = states.get(each.mail.id, MessageState(each.mail.state))
            states[each.mail.id] = becomes(was, each.report.action)
    for mail_id, state in states.items():
        if state != mails[mail_id].state:
            await reports.conclude(work.session, mails[mail_id], state)


def _failed(taken: Taken) -> Failure | None:
    """The mail that came back, with what was said of it."""
    report = taken.report
    said = report.diagnostic or ""
    if taken.mail is None or report.action is not Action.FAILED:
        return None
    return Failure(taken.mail, said or report.status or "", is_nobody(said, report.status))
