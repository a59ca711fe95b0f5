"""What officers send."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from services.notifier.vocabulary import TO_OFFICERS, Delivery, Kind
from shared.regulation import Duty
from shared.web.fields import Email, Form, Line, OfficeCode, Prose, wrong


def _to_officers(kind: Kind) -> Kind:
    if kind not in TO_OFFICERS:
        wrong("not_to_officers", f"officers are not told of {kind}", f"“{kind}”不发送给审核部门")
    return kind


OfficersKind = Annotated[
    Kind, AfterValidator(_to_officers), WithJsonSchema({"type": "string", "enum": [kind.value for kind in TO_OFFICERS]})
]
"""A kind of message that goes to officers."""


class SubscriptionChange(Form):
    """What an officer wants to be told by mail, where, and when: of some duties and kinds, or (null) of all.

    The name is the account's own unless another one is given.
    """

    email: Email
    name: Line | None = None
    language: Literal["zh-CN", "en"] = "zh-CN"
    duties: Annotated[list[Duty], Field(min_length=1, max_length=len(Duty))] | None = None
    kinds: Annotated[list[OfficersKind], Field(min_length=1, max_length=len(TO_OFFICERS))] | None = None
    delivery: Delivery = Delivery.AT_ONCE

    @field_validator("kinds")
    @classmethod
    def _of_these_duties(cls, kinds: list[Kind] | None, info: ValidationInfo) -> list[Kind] | None:
        duties = info.data.get("duties")
        if kinds and duties and (strange := [kind for kind in kinds if TO_OFFICERS[kind] not in (None, *duties)]):
            wrong(
                "of_another_duty",
                f"{', '.join(strange)}: of none of the duties {', '.join(duties)}",
                f"{'、'.join(strange)}不属于所选事项{'、'.join(duties)}",
            )
        return kinds


class SubscriptionForm(SubscriptionChange):
    """A new subscription (订阅): of the officer's own authority, or, named by the bureau, of any or the whole city."""

    authority: OfficeCode | None = None


class Resolution(Form):
    """How an officer dealt with a firm that no mail reached or moved: whom it called, what was agreed."""

    note: Prose


class Resending(Form):
    """Why a message is to be sent anew."""

    reason: Prose
