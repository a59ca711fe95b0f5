"""Types of request fields that several services take; each names what is wrong in English and Chinese.

Some depend on the regulation or on today's date; these look into the backend of the request in hand, which
`InBackend` sets.
"""

import re
from contextvars import ContextVar
from datetime import date
from typing import Annotated, Literal, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.messaging import Backend
from shared.regulation import CreditCodeError, check_enterprise_credit_code, in_chinese

_backend: ContextVar[Backend] = ContextVar("backend")
_MOBILE = re.compile(r"^(?:\+?86)?1[3-9]\d{9}$")
_EMAIL = re.compile(r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+$")


class InBackend:
    """Middleware that lets field types know the regulation and the clock of their service."""

    def __init__(self, app: ASGIApp, backend: Backend) -> None:
        self._app = app
        self._backend = backend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _backend.set(self._backend)
        try:
            await self._app(scope, receive, send)
        finally:
            _backend.reset(token)


def wrong(code: str, text_en: str, text: str) -> NoReturn:
    """Raise a defect of the field being validated: a stable code, and what is wrong in English and Chinese."""
    raise PydanticCustomError("defect", "{text_en}", {"code": code, "text_en": text_en, "text": text})


def _credit_code(text: str) -> str:
    try:
        return check_enterprise_credit_code(text)
    except CreditCodeError as error:
        wrong(f"credit_code_{error.code}", str(error), error.text)


def _authority(text: str) -> str:
    authorities = _backend.get().regulation.authorities
    if text not in authorities:
        wrong(
            "unknown_authority",
            f"there is no authority {text!r}; there are {', '.join(authorities)}",
            f"没有审核部门“{text}”，可选：{'、'.join(authorities)}",
        )
    return text


def _office(text: str) -> str:
    regulation = _backend.get().regulation
    offices = [*regulation.authorities, regulation.bureau.code]
    if text not in offices:
        wrong(
            "unknown_authority",
            f"there is no office {text!r}; there are {', '.join(offices)}",
            f"没有部门“{text}”，可选：{'、'.join(offices)}",
        )
    return text


def _not_in_future(day: date) -> date:
    today = _backend.get().clock.today()
    if day > today:
        wrong(
            "in_the_future",
            f"{day} lies in the future; today is {today}",
            f"{in_chinese(day)}晚于今天（{in_chinese(today)}）",
        )
    return day


def _not_in_past(day: date) -> date:
    today = _backend.get().clock.today()
    if day < today:
        wrong(
            "in_the_past",
            f"{day} lies in the past; today is {today}",
            f"{in_chinese(day)}早于今天（{in_chinese(today)}）",
        )
    return day


def _mobile(text: str) -> str:
    number = re.sub(r"[\s-]", "", text)
    if not _MOBILE.match(number):
        wrong("not_a_mobile", "not a mobile number of mainland China", "不是有效的手机号码")
    return number[-11:]


def _email(text: str) -> str:
    address = text.strip()
    if not _EMAIL.match(address) or not address.isascii():
        wrong("not_an_email", "not an e-mail address", "不是有效的电子邮箱")
    return address


CreditCode = Annotated[
    str, AfterValidator(_credit_code), WithJsonSchema({"type": "string", "examples": ["91350203MA31F1331W"]})
]
"""An enterprise's unified social credit code (统一社会信用代码), normalised."""

AuthorityCode = Annotated[str, AfterValidator(_authority), WithJsonSchema({"type": "string", "examples": ["XM-SM"]})]
"""A reviewing authority (审核部门) of the rules file."""

OfficeCode = Annotated[str, AfterValidator(_office), WithJsonSchema({"type": "string", "examples": ["XM-GXJ"]})]
"""A reviewing authority (审核部门) of the rules file, or the city bureau (市工信局)."""

PastDate = Annotated[date, AfterValidator(_not_in_future)]
"""A Shanghai calendar date that is not in the future."""

FutureDate = Annotated[date, AfterValidator(_not_in_past)]
"""A Shanghai calendar date that is not in the past: today at the earliest."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""One line of text: 1 to 200 characters."""

Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
"""A reason or opinion: 1 to 1000 characters."""

Mobile = Annotated[str, AfterValidator(_mobile)]
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email)]


class Form(BaseModel):
    """A request body: what it does not know is a defect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ContactForm(Form):
    """The firm's contact person (联系人)."""

    name: Line
    mobile: Mobile
    email: Email
    language: Literal["zh-CN", "en"] = "zh-CN"


def _accepted(value: bool) -> bool:
    if not value:
        wrong("not_declared", "the declaration must be accepted", "须确认所填信息真实、准确并承担责任")
    return value


class Declaration(Form):
    """The declaration (承诺) that what is submitted is true and accurate, with its signatory.

    `paper_reference` is the file number of the signed paper form that an officer enters on the firm's behalf.
    """

    accepted: Annotated[bool, Field(strict=True), AfterValidator(_accepted)]
    signatory: Line
    paper_reference: Line | None = None
