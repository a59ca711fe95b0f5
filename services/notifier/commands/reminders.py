"""The sweep over obligations whose next stage has come."""

from services.notifier import domain
from services.notifier.commands.news import Row, facts_of, subscribers, to_firm, to_officers
from services.notifier.models import Firm, Obligation
from services.notifier.repository import copies, messages, obligations
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import REMINDERS, MessageState
from shared.messaging import Work
from shared.regulation import Duty


async def remind(work: Work, settings: NotifierSettings) -> int:
    """Write the reminders of one page of obligations, and of all others of their firms; how many were looked at.

    Of the stages that have passed only the most urgent is written, once, to the firm's contacts and into the list of
    its authority's officers; what still waits of milder ones is let go, and of those that a stop of this service left
    out a suppressed message says so. A firm that comes to a stage whose list has gone out already stands in the list of
    the next one. Nothing is written of a date that a notice has moved.
    """
    now = work.now()
    page = await obligations.at_a_stage(work.session, now, settings.reminder_page)
    if not page:
        return 0
    extensions = await copies.extensions_in_force(work.session)
    looked_at: list[Row] = []
    reminders: list[Row] = []
    left_out: list[Row] = []
    lists: dict[tuple[str, str], list[Row]] = {}
    subscribed = await subscribers(work, {firm.authority for _, firm in page})
    for obligation, firm in page:
        if domain.is_moving(obligation, firm.authority, extensions, work.regulation):
            again_at = now + domain.LOOK_AGAIN
            looked_at.append({"id": obligation.id, "stage": obligation.stage, "next_stage_at": again_at})
            continue
        choice = domain.choose(
            domain.plan(obligation, work.regulation),
            obligation.stage,
            obligation.due,
            now,
            settings.too_old,
            known_from=obligation.opened_at,
        )
        looked_at.append(
            {"id": obligation.id, "stage": choice.stage or obligation.stage, "next_stage_at": choice.next_at}
        )
        for stage, reason in choice.left_out:
            suppressed = {"state": MessageState.SUPPRESSED, "reason": reason}
            left_out += [row | suppressed for row in _reminder(work, obligation, firm, stage)]
        if choice.stage is None:
            continue
        reminders += _reminder(work, obligation, firm, choice.stage)
        kind, about = REMINDERS[Duty(obligation.duty)], f"{firm.authority}/{obligation.due}"
        if (about, f"{kind}/{choice.stage}") not in lists:
            lists[about, f"{kind}/{choice.stage}"] = to_officers(
                work,
                firm.authority,
                subscribed,
                kind,
                about,
                {"authority": firm.authority, **facts_of(obligation)},
                stage=choice.stage,
                due=obligation.due,
            )
    listing = [row for key in sorted(lists) for row in lists[key]]
    chosen = [(row["kind"], row["about"], row["stage"]) for row in (*reminders, *listing)]
    await messages.supersede(work.session, chosen)
    await messages.write(work.session, [*left_out, *reminders])
    await messages.write_digests(work.session, listing, settings.digest_quiet, settings.digest_longest)
    await obligations.change(work.session, looked_at)
    return len(page)


def _reminder(work: Work, obligation: Obligation, firm: Firm, stage: str) -> list[Row]:
    return to_firm(
        work,
        firm,
        REMINDERS[Duty(obligation.duty)],
        str(obligation.id),
        facts_of(obligation),
        stage=stage,
        obligation_id=obligation.id,
        due=obligation.due,
    )
