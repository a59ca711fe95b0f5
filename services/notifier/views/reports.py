"""Delivery reports as they are answered."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from services.notifier.commands.reports import Taken
from services.notifier.mail.reports import Action
from services.notifier.models import DeliveryReport
from services.notifier.views.base import View
from shared.runtime.logs import masked


class DeliveryReportView(View):
    """What a mail system reported of a mail; `received_at` is real time."""

    id: UUID
    recipient: str | None
    action: Action
    status: str | None
    diagnostic: str | None
    received_at: datetime

    @classmethod
    def of(cls, report: DeliveryReport, *, mask: bool) -> Self:
        view = cls.model_validate(report)
        if mask:
            view.recipient, view.diagnostic = masked(view.recipient or ""), masked(view.diagnostic or "")
        return view


class TakenReportView(BaseModel):
    """A report that was taken in. Where `mail_id` is null it is about no mail of ours, or another recipient's.

    One that is `known` came before.
    """

    id: UUID
    mail_id: UUID | None
    recipient: str
    action: Action
    status: str | None
    diagnostic: str | None
    known: bool

    @classmethod
    def of(cls, taken: Taken, *, mask: bool) -> Self:
        report = taken.report
        return cls(
            id=taken.id,
            mail_id=taken.mail.id if taken.mail else None,
            recipient=masked(report.recipient) if mask else report.recipient,
            action=report.action,
            status=report.status,
            diagnostic=masked(report.diagnostic or "") if mask else report.diagnostic,
            known=taken.known,
        )


class TakenReports(BaseModel):
    """What a delivery report said, recipient by recipient."""

    reports: list[TakenReportView]
