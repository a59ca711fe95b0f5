"""Deadlines moved by notice (延期): declared and withdrawn, each for good. The duties' owner lets them follow."""

from uuid import UUID

import uuid_utils.compat as uuid7s

from services.profile import domain
from services.profile.forms import Extension
from services.profile.models import DeadlineExtension
from services.profile.repository import extensions
from shared.contracts import DeadlineExtended, DeadlineExtensionWithdrawn, ExtensionState
from shared.messaging import Work
from shared.regulation import Regulation, Title
from shared.web.caller import Caller
from shared.web.problems import Conflict, InvalidInput, NotFound


class ExtensionWithdrawn(Conflict):
    """The deadline extension was withdrawn already"""

    type = "extension-withdrawn"
    title_zh = "该延期通知已撤销"


def checked(form: Extension, regulation: Regulation) -> list[Title]:
    """The titles whose deadline a notice moves, each once. Raises `InvalidInput` with every defect."""
    titles = list(dict.fromkeys(form.titles))
    if defects := domain.defects_of_extension(form.year, titles, form.due, regulation):
        raise InvalidInput(errors=defects)
    return titles


async def declare(work: Work, form: Extension, caller: Caller) -> DeadlineExtension:
    """Move a deadline. Raises `InvalidInput` with every defect."""
    titles = checked(form, work.regulation)
    extension = DeadlineExtension(
        id=uuid7s.uuid7(),
        version=1,
        duty=form.duty,
        year=form.year,
        titles=[title.value for title in titles],
        authorities=None if form.authorities is None else list(dict.fromkeys(form.authorities)),
        due=form.due,
        source=form.source,
        declared_at=work.now(),
        declared_by=caller.subject,
        declared_by_name=caller.name,
    )
    work.session.add(extension)
    work.emit(DeadlineExtended(extension=extension_state(extension)), sequence=extension.version)
    return extension


async def withdraw(work: Work, extension_id: UUID, reason: str, caller: Caller) -> DeadlineExtension:
    """End an extension: what held without it holds again. Raises `ExtensionWithdrawn`."""
    extension = await extensions.extension(work.session, extension_id, lock=True)
    if extension is None:
        raise NotFound("There is no such deadline extension")
    if extension.withdrawn_at is not None:
        raise ExtensionWithdrawn(f"It was withdrawn at {extension.withdrawn_at.isoformat()}")
    extension.withdrawn_at = work.now()
    extension.withdrawn_by, extension.withdrawn_by_name = caller.subject, caller.name
    extension.withdrawal_reason = reason
    extension.version += 1
    work.emit(
        DeadlineExtensionWithdrawn(extension=extension_state(extension), reason=reason), sequence=extension.version
    )
    return extension


def extension_state(extension: DeadlineExtension) -> ExtensionState:
    """The extension as it is told to other services."""
    return ExtensionState(
        extension_id=extension.id,
        version=extension.version,
        duty=extension.duty,
        year=extension.year,
        titles=tuple(extension.titles),
        authorities=None if extension.authorities is None else tuple(extension.authorities),
        due=extension.due,
        source=extension.source,
        declared_at=extension.declared_at,
        withdrawn_at=extension.withdrawn_at,
    )
