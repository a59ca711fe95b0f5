"""Firms: who they are, which years they updated, who acts for them."""

from datetime import date
from typing import Any

from services.notifier.commands.taking_in import Batch
from services.notifier.domain import recent
from services.notifier.handlers.notes import cited, day, notes
from services.notifier.vocabulary import Kind
from shared.contracts import (
    DelegationEnded,
    DelegationGranted,
    DelegationState,
    ProfileChanged,
    ProfileRegistered,
    ProfileUpdated,
)
from shared.messaging import Event
from shared.regulation import Rule


@notes(ProfileRegistered, ProfileChanged)
def profile_changed(batch: Batch, event: Event[ProfileRegistered | ProfileChanged]) -> None:
    batch.profile(event.data.profile)


@notes(ProfileUpdated)
def profile_updated(batch: Batch, event: Event[ProfileUpdated]) -> None:
    data = event.data
    batch.profile(data.profile)
    if recent(data.submitted_at, batch.work.now()):
        batch.tell(
            data.credit_code,
            Kind.UPDATE_RECEIVED,
            str(data.update_id),
            year=data.duty_year,
            on=day(data.submitted_at),
            citation=cited(batch.work.regulation.basis(Rule.UPDATE_DUE, None, date(data.duty_year, 1, 1))),
        )


@notes(DelegationGranted)
def delegation_granted(batch: Batch, event: Event[DelegationGranted]) -> None:
    _tell_delegation(batch, event, Kind.DELEGATION_GRANTED, event.data.delegation)


@notes(DelegationEnded)
def delegation_ended(batch: Batch, event: Event[DelegationEnded]) -> None:
    _tell_delegation(batch, event, Kind.DELEGATION_ENDED, event.data.delegation, reason=event.data.reason)


def _tell_delegation(batch: Batch, event: Event[Any], kind: Kind, state: DelegationState, **facts: Any) -> None:
    batch.delegation(state)
    if recent(event.time, batch.work.now()):
        batch.tell(
            state.credit_code,
            kind,
            f"{state.delegation_id}/{state.version}",
            on=day(event.time),
            person=state.person_name,
            until=state.until.isoformat() if state.until else None,
            citation=cited(batch.work.regulation.basis(Rule.ACCOUNT_DELEGATION)),
            **facts,
        )
