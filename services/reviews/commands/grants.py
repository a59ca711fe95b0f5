"""Titles come: one by one, or as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.commands.records import certification_state, duty_rows, period_of, set_window
from services.reviews.domain.titles import duties_of, window_under
from services.reviews.lists import GrantRow
from services.reviews.models import Certification, ProfileCopy
from services.reviews.repository import campaigns, copies, extensions
from services.reviews.repository import certifications as titles
from services.reviews.repository.certifications import GrantKey
from services.reviews.vocabulary import CertificationStatus, Eligibility
from shared.contracts import CertificationGranted
from shared.messaging import Work
from shared.regulation import Campaign, Title


@dataclass(frozen=True, slots=True)
class Granted:
    """What became of a list: the new titles, how many rows were there already, which rows contradict what is kept.

    `ids` gives for every row, in order, the title that it is about; None where it contradicts.
    """

    created: int
    unchanged: int
    contradicting: tuple[int, ...]
    ids: tuple[UUID | None, ...]


def key_of(row: GrantRow) -> GrantKey:
    """What makes a grant the same one."""
    return row.credit_code, row.title, row.valid_from


async def grant_many(work: Work, rows: Sequence[GrantRow], duties_from: date | None) -> Granted:
    """Enter titles in a fixed number of statements; the same grant again changes nothing.

    A row whose title began on the same day and ends on another than the kept one contradicts it and is left out.
    A firm's name and authority are its profile's where that is known, its window that of a campaign that covers it.
    Updates that fell due before `duties_from` are not judged.
    """
    in_force = await campaigns.held_still(work.session)
    kept = await titles.granted_already(work.session, [key_of(row) for row in rows])
    known = await copies.profile_copies(work.session, {row.credit_code for row in rows})
    moved = await extensions.in_force(work.session, hold=True)
    fresh: dict[GrantKey, Certification] = {}
    expiry = {key: certification.granted_valid_to for key, certification in kept.items()}
    contradicting = []
    for number, row in enumerate(rows):
        key = key_of(row)
        if expiry.setdefault(key, row.valid_to) != row.valid_to:
            contradicting.append(number)
        elif key not in kept and key not in fresh:
            copy = known.get(row.credit_code)
            fresh[key] = _new(work, row, duties_from, in_force, copy)
    inserted = await titles.add_certifications(
        work.session, [_columns(certification) for certification in fresh.values()]
    )
    if len(inserted) < len(fresh):  # somebody entered the same grant meanwhile
        kept = await titles.granted_already(work.session, [key_of(row) for row in rows])
        fresh = {key: certification for key, certification in fresh.items() if certification.id in inserted}
    await titles.add_duties(
        work.session,
        [
            duty
            for certification in fresh.values()
            for duty in duty_rows(
                certification,
                duties_of(
                    work.regulation,
                    Title(certification.title),
                    period_of(certification),
                    duties_from,
                    moved,
                    certification.authority,
                ),
                work,
            )
        ],
    )
    await titles.meet_by_copies(work.session, known)
    duties = await titles.duties(work.session, inserted)
    for certification in fresh.values():
        work.emit(
            CertificationGranted(
                credit_code=certification.credit_code,
                certification=certification_state(certification, duties[certification.id]),
            ),
            sequence=certification.version,
        )
    ids = {key: certification.id for key, certification in (kept | fresh).items()}
    skipped = set(contradicting)
    return Granted(
        created=len(fresh),
        unchanged=len(rows) - len(fresh) - len(contradicting),
        contradicting=tuple(contradicting),
        ids=tuple(None if number in skipped else ids[key_of(row)] for number, row in enumerate(rows)),
    )


def _new(
    work: Work, row: GrantRow, duties_from: date | None, in_force: Sequence[Campaign], copy: ProfileCopy | None
) -> Certification:
    certification = Certification(
        id=uuid7s.uuid7(),
        credit_code=row.credit_code,
        enterprise_name=copy.name if copy else row.enterprise_name,
        authority=copy.authority if copy else row.authority,
        title=row.title,
        status=CertificationStatus.VALID,
        eligibility=Eligibility.HELD,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        granted_valid_to=row.valid_to,
        period_start=row.valid_from,
        first_period=True,
        duties_from=duties_from,
        renewal_refused=False,
        revocation=None,
        ending=None,
        version=1,
        granted_at=work.now(),
    )
    set_window(certification, window_under(work.regulation, row.title, row.valid_to, in_force))
    return certification


def _columns(certification: Certification) -> dict[str, Any]:
    return {column.key: getattr(certification, column.key) for column in Certification.__table__.columns}
