"""What titles ask of their firms, as the owner of the titles tells."""

from collections.abc import Sequence
from datetime import datetime

from services.profile.repository import profiles
from services.profile.repository.counts import counted
from shared.contracts import CertificationState
from shared.messaging import Work
from shared.regulation import end_of_day

OF_A_DUTY = {"year", "nominal_due", "due", "extended_by"}


async def take_titles(work: Work, told: Sequence[tuple[CertificationState, datetime]], *, anew: bool = False) -> None:
    """Keep titles, one state of each with the instant at which it was told, unless a newer one is kept.

    With `anew` a state replaces one of its version too.
    """
    async with counted(work.session, (title.credit_code for title, _ in told)):
        await _take(work, told, anew=anew)


async def _take(work: Work, told: Sequence[tuple[CertificationState, datetime]], *, anew: bool) -> None:
    kept = await profiles.copy_titles(
        work.session,
        [
            {
                "certification_id": title.certification_id,
                "credit_code": title.credit_code,
                "version": title.version,
                "title": title.title,
                "status": title.status,
                "valid_to": title.valid_to,
                "duties": [duty.model_dump(mode="json", include=OF_A_DUTY) for duty in title.duties],
            }
            for title, _ in told
        ],
        anew=anew,
    )
    await profiles.replace_owed(
        work.session,
        {title.certification_id: at for title, at in told if title.certification_id in kept},
        [
            {
                "certification_id": title.certification_id,
                "year": duty.year,
                "credit_code": title.credit_code,
                "title": title.title,
                "nominal_due": duty.nominal_due,
                "due": duty.due,
                "deadline": end_of_day(duty.due),
                "extended_by": duty.extended_by,
            }
            for title, _ in told
            if title.certification_id in kept and title.status == "valid"
            for duty in title.duties
        ],
    )
