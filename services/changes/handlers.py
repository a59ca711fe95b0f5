"""Events that concern change reports: copies of firms and of the titles they hold."""

from services.changes import repository
from shared.contracts import (
    CertificationCancelled,
    CertificationExpired,
    CertificationExtended,
    CertificationGranted,
    ProfileChanged,
    ProfileRegistered,
    ProfileUpdated,
)
from shared.messaging import Event, Handlers, Work

handlers = Handlers("changes")


@handlers.on(ProfileRegistered, ProfileUpdated, ProfileChanged)
async def on_profile(work: Work, event: Event[ProfileRegistered | ProfileUpdated | ProfileChanged]) -> None:
    """Keep who a firm is and who reviews it."""
    profile = event.data.profile
    await repository.copy_firm(work.session, profile.credit_code, profile.version, profile.name, profile.authority)


@handlers.on(CertificationGranted, CertificationExtended, CertificationCancelled, CertificationExpired)
async def on_certification(
    work: Work,
    event: Event[CertificationGranted | CertificationExtended | CertificationCancelled | CertificationExpired],
) -> None:
    """Keep which titles a firm holds; a firm that only a title names is known by that."""
    title = event.data.certification
    await repository.copy_firm(work.session, title.credit_code, 0, title.enterprise_name, title.authority)
    await repository.copy_title(
        work.session,
        {
            "certification_id": title.certification_id,
            "credit_code": title.credit_code,
            "version": title.version,
            "title": title.title,
            "status": title.status,
            "valid_to": title.valid_to,
        },
    )
