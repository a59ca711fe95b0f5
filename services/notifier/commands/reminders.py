"""The sweep over obligations whose next stage has come."""

from datetime import timedelta

from services.notifier import domain
from services.notifier.commands.news import Row, subscribers, to_firm, to_officers
from services.notifier.models import Obligation
from services.notifier.repository import copies, messages, obligations
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import REMINDERS
from shared.messaging import Work
from shared.regulation import Duty

LOOK_AGAIN = timedelta(hours=1)
"""When an obligation whose date is moving is looked at again, should the news of it not have come by then."""


async def remind(work: Work, settings: NotifierSettings) -> int:
    """Write the reminders of one page of obligations; how many were looked at.

    Of the stages that have passed only the most urgent is written, once, to the firm's contacts and into the list of
    its authority's officers; what still waits of milder ones is let go. A firm that comes to a stage whose list has
    gone out already stands in the list of the next one. Nothing is written of a date that a notice has moved.
    """
    now = work.now()
    page = await obligations.at_a_stage(work.session, now, settings.reminder_page)
    if not page:
        return 0
    extensions = await copies.extensions_in_force(work.session)
    looked_at: list[Row] = []
    reminders: list[Row] = []
    lists: dict[tuple[str, str], list[Row]] = {}
    subscribed = await subscribers(work, {firm.authority for _, firm in page})
    for obligation, firm in page:
        if domain.is_moving(obligation, firm.authority, extensions, work.regulation):
            looked_at.append({"id": obligation.id, "stage": obligation.stage, "next_stage_at": now + LOOK_AGAIN})
            continue
        planned = domain.plan(obligation, work.regulation)
        choice = domain.choose(planned, obligation.stage, obligation.due, now, settings.too_old)
        looked_at.append(
            {"id": obligation.id, "stage": choice.stage or obligation.stage, "next_stage_at": choice.next_at}
        )
        if choice.stage is None:
            continue
        kind = REMINDERS[Duty(obligation.duty)]
        facts = _facts(obligation)
        reminders += to_firm(
            work,
            firm,
            kind,
            str(obligation.id),
            facts,
            stage=choice.stage,
            obligation_id=obligation.id,
            due=obligation.due,
        )
        about = f"{firm.authority}/{obligation.due}"
        if (about, f"{kind}/{choice.stage}") not in lists:
            lists[about, f"{kind}/{choice.stage}"] = to_officers(
                work,
                firm.authority,
                subscribed,
                kind,
                about,
                {"authority": firm.authority, **facts},
                stage=choice.stage,
                due=obligation.due,
            )
    written = [*reminders, *(row for key in sorted(lists) for row in lists[key])]
    await messages.supersede(work.session, [(row["kind"], row["about"], row["stage"]) for row in written])
    await messages.write(work.session, reminders)
    await messages.write_digests(
        work.session, written[len(reminders) :], settings.digest_quiet, settings.digest_longest
    )
    await obligations.change(work.session, looked_at)
    return len(page)


def _facts(obligation: Obligation) -> Row:
    return {
        "duty": obligation.duty,
        "year": obligation.year,
        "nominal_due": obligation.nominal_due.isoformat(),
        "due": obligation.due.isoformat(),
        "citation": obligation.citation,
        **obligation.facts,
    }
