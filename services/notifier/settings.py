"""Settings of the notifier, from `NOTIFIER_*`."""

from datetime import time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from services.notifier.domain.hours import Quiet
from services.notifier.vocabulary import Delivery
from shared.runtime.settings import ServiceSettings

RESERVED = ("*.example", "*.test", "*.invalid")
"""Domains that can belong to nobody (RFC 2606): where mail goes outside production unless others are named."""

AUTHORITIES = ("XM-SM", "XM-HC", "XM-HL", "XM-JM", "XM-TA", "XM-XA", "XM-HJ", "XM-GXJ")


def _of_shanghai(clock: time) -> time:
    if clock.tzinfo is not None:
        raise ValueError("a time of day in Shanghai, without a zone")
    return clock


ClockTime = Annotated[time, AfterValidator(_of_shanghai)]


class NotifierSettings(ServiceSettings):
    """Where mail goes out and to whom it may go. Durations are seconds of real time unless said otherwise."""

    prefix: ClassVar[str] = "NOTIFIER_"

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    smtp_timeout: float = Field(
        30, gt=0, description="The longest that each may take: connecting, telling of a message, handing it over"
    )
    sender: str = Field("培育平台 <no-reply@peiyu.example>", description="The From address, with or without a name")
    reply_to: str | None = Field(None, description="Where answers go, with or without a name; none: nobody reads them")
    portal_url: str = Field("http://127.0.0.1:8000", description="Where the links of the mails lead")
    officers: dict[str, str] = Field(
        default_factory=lambda: {code: f"{code.lower()}@authority.example" for code in AUTHORITIES},
        description="Authority, or the bureau, to the address of its officers",
    )
    officers_language: Literal["zh-CN", "en"] = "zh-CN"
    officers_delivery: Delivery = Field(
        Delivery.AT_ONCE, description="Whether these addresses get each thing at once, or a digest each working day"
    )
    quiet_from: ClockTime = Field(
        time(20), description="Officers get no mail from this hour, Shanghai time, nor on days off"
    )
    quiet_to: ClockTime = Field(time(8), description="Until this one; the same as quiet_from: they get it at any time")
    digest_at: ClockTime = Field(time(9), description="When digests go out on working days")
    firms_quiet_from: ClockTime = Field(
        time(0), description="Firms get no reminder from this hour but on its last day; news always comes at once"
    )
    firms_quiet_to: ClockTime = Field(time(0), description="Until this one; the same as firms_quiet_from: at any time")
    allowed_recipients: tuple[str, ...] | None = Field(
        None,
        description="Patterns such as *@xm.gov.cn of who may get mail; none: everybody in production, else only the "
        "reserved domains .example, .test and .invalid",
    )

    reminder_page: int = Field(500, ge=1, le=500, description="Most duties dealt with in one transaction")
    too_old_days: int = Field(30, ge=0, description="Nothing is sent about a date that passed longer ago than this")
    digest_quiet: float = Field(3, ge=0, description="A digest goes out when no firm joined it for this long")
    digest_longest: float = Field(60, ge=0, description="A digest goes out this long after it was begun, whoever joins")

    gather: float = Field(1, ge=0, description="How long news waits for other news to the same mailbox: one mail")
    mail_connections: int = Field(4, ge=1, le=50, description="Connections to the mail server per process")
    mail_batch: int = Field(100, ge=1, le=200, description="Most mails claimed at once by one connection")
    mail_lease: float = Field(120, gt=0, description="How long claimed mails are left to their connection")
    mail_rate: int | None = Field(
        None, ge=1, description="Most mails a minute to one recipient domain, per process; none: as fast as they go"
    )
    mail_interval: float = Field(0.5, gt=0, description="Pause between two looks at what is to be sent")
    mail_retry_base: float = Field(
        30,
        ge=0,
        description="First wait after a temporary refusal, which doubles each time; pause while no server answers",
    )
    mail_retry_longest: float = Field(3600, ge=0, description="Longest wait between two tries")
    mail_retry_days: float = Field(4, gt=0, description="Days after which a message that was refused again has failed")

    reports_maildir: Path | None = Field(
        None, description="A Maildir with what comes back to the sender's address: delivery reports are taken from it"
    )
    reports_interval: float = Field(30, gt=0, description="Pause between two looks into that folder")

    @model_validator(mode="after")
    def _lease_covers_one_message(self) -> Self:
        if self.mail_lease <= 2 * self.smtp_timeout:
            raise ValueError(
                "mail_lease must be longer than two smtp_timeout, or a message could be sent by two at once"
            )
        return self

    @property
    def officers_quiet(self) -> Quiet:
        return Quiet(self.quiet_from, self.quiet_to, days_off=True)

    @property
    def firms_quiet(self) -> Quiet:
        return Quiet(self.firms_quiet_from, self.firms_quiet_to)

    @property
    def too_old(self) -> timedelta:
        return timedelta(days=self.too_old_days)

    def may_receive(self, address: str) -> bool:
        """Whether mail may go to this address from here."""
        patterns = self.allowed_recipients
        if patterns is None:
            patterns = ("*",) if self.production else RESERVED
        return any(fnmatchcase(address.lower(), pattern.lower()) for pattern in patterns)
