"""Deadlines moved by notice (延期): duties get the dates that hold, and what a wrong date had cost is given back."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.reviews.commands.eligibility import reconsider
from services.reviews.commands.records import certification_state, duty_rows, period_of
from services.reviews.domain.titles import Move, duties_of, moves_of
from services.reviews.models import Certification, UpdateDuty
from services.reviews.repository import certifications as titles
from services.reviews.repository import extensions
from shared.contracts import CertificationRescheduled, Citation, ExtensionState
from shared.messaging import Work, newest
from shared.regulation import DeadlineExtension, Title

PAGE = 500


async def take_extensions(work: Work, states: Iterable[ExtensionState], *, anew: bool = False) -> None:
    """Keep what is new of extensions; the titles follow page by page."""
    kept = newest(states, lambda state: state.extension_id)
    await extensions.take(work.session, [state.model_dump() for state in kept], anew=anew)


async def follow_extensions(work: Work) -> int:
    """Let a page of titles follow an extension that is new or was withdrawn; 0 where nothing is left to do.

    Who works on an extension holds it, and how far it came is kept with each page.
    """
    extension = await extensions.unsettled(work.session)
    if extension is None:
        return 0
    page = await extensions.titles_to_move(work.session, extension, PAGE)
    if page:
        await redate(work, page)
        extension.reached = page[-1].id
    else:
        extension.settled = True
    return len(page) or 1


async def redate(work: Work, certifications: Sequence[Certification]) -> None:
    """Give the duties of valid titles, whose rows are locked, the dates that hold, and tell every title that moved.

    What the kept copies show as met by the new date is met; a right that was lost by a date that holds no more is
    given back.
    """
    moved_by = await extensions.in_force(work.session)
    known = await titles.duties(work.session, [each.id for each in certifications])
    moves = {each.id: _moves(work, each, known[each.id], moved_by) for each in certifications}
    moved = [each for each in certifications if moves[each.id]]
    rows = {new: [row for each in moved for row in _rows(work, each, moves[each.id], new=new)] for new in (False, True)}
    await titles.move_duties(work.session, rows[False])
    await titles.add_duties(work.session, rows[True])
    await titles.meet_by_copies(work.session, {each.credit_code for each in moved})
    duties = await titles.duties(work.session, [each.id for each in moved])
    for certification in moved:
        reason = "".join(move.told for move in moves[certification.id])
        basis = moves[certification.id][0].due.basis
        certification.version += 1
        work.emit(
            CertificationRescheduled(
                credit_code=certification.credit_code,
                certification=certification_state(certification, duties[certification.id]),
                reason=reason,
                citation=Citation.model_validate(basis),
            ),
            sequence=certification.version,
        )
        await reconsider(work, certification, duties[certification.id], f"{reason}复核资格予以恢复。", basis)


def _moves(
    work: Work, certification: Certification, duties: Iterable[UpdateDuty], moved_by: tuple[DeadlineExtension, ...]
) -> tuple[Move, ...]:
    title, authority = Title(certification.title), certification.authority
    owed = duties_of(work.regulation, title, period_of(certification), certification.duties_from, moved_by, authority)
    present = [duty for duty in duties if duty.nominal_due > certification.period_start]
    dues = {duty.year: work.regulation.update_due(title, duty.year, moved_by, authority) for duty in present}
    return moves_of(present, {year: due for year, due in dues.items() if due}, dict(owed), work.now())


def _rows(work: Work, certification: Certification, moves: Iterable[Move], *, new: bool) -> list[dict[str, Any]]:
    states = {move.year: move.state for move in moves if move.new == new}
    dues = [(move.year, move.due) for move in moves if move.new == new]
    return [row | {"state": states[row["year"]]} for row in duty_rows(certification, dues, work)]
