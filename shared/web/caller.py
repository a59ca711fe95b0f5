"""Who a caller is on the platform, read from the claims of the login provider.

Forbidden             403  a known caller, but not for this
 ├── AccountPending        the account is not approved yet
 └── AccountNotBound       the account stands for no enterprise
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from shared.regulation.credit_code import normalise_credit_code
from shared.web.problems import Problem

APPROVED = "approved"


class Forbidden(Problem):
    """This account may not do that"""

    status = 403
    type = "forbidden"
    title_zh = "无权进行此操作"


class AccountPending(Forbidden):
    """This account has not been approved yet"""

    type = "account-pending"
    title_zh = "账号待审核"


class AccountNotBound(Forbidden):
    """This account is not bound to an enterprise"""

    type = "account-not-bound"
    title_zh = "账号未绑定企业"


class Role(StrEnum):
    """What a caller is on the platform."""

    ENTERPRISE = "enterprise"
    AUTHORITY = "authority"
    BUREAU = "bureau"
    OPERATOR = "operator"

    @property
    def name_zh(self) -> str:
        """As it is said in Chinese."""
        return {"enterprise": "企业", "authority": "审核部门", "bureau": "市工信局", "operator": "运维"}[self.value]


class AccountType(StrEnum):
    """法人账号, 自然人账号, or that of an officer or operator."""

    LEGAL_PERSON = "legal_person"
    NATURAL_PERSON = "natural_person"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated, approved account.

    `credit_codes` are the enterprises that it stands for (normalised; empty unless an enterprise account),
    `authority` the code of the reviewing authority of an officer, `subject` its stable id at the provider.
    """

    subject: str
    name: str
    role: Role
    account_type: AccountType
    credit_codes: frozenset[str]
    authority: str | None
    status: str

    def may_act_for(self, credit_code: str) -> bool:
        """Whether this account files for the enterprise: only an enterprise account does, for its own."""
        return self.role is Role.ENTERPRISE and normalise_credit_code(credit_code) in self.credit_codes

    def may_review_for(self, authority: str | None) -> bool:
        """Whether this account is an officer over what `authority` reviews; the bureau is over all."""
        if self.role is Role.AUTHORITY:
            return authority is not None and authority == self.authority
        return self.role is Role.BUREAU

    def may_see(self, credit_code: str, authority: str | None) -> bool:
        """Whether the enterprise, which `authority` reviews, is within this account's reach; outside it is a 404."""
        return self.may_act_for(credit_code) or self.may_review_for(authority) or self.role is Role.OPERATOR


class AuthSettings(BaseModel):
    """Which provider is trusted and what it calls things.

    A claim's name may be a path of dots into nested objects (`realm_access.role`); `claim_values` maps the provider's
    words for role, account type and status to ours. `claims_account_status` None: every account counts as approved.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    issuer: str
    audience: str = "peiyu"
    jwks_url: str | None = None
    leeway: int = Field(30, ge=0, le=300, description="Seconds by which the clocks may differ")
    claims_role: str = Field("role", validation_alias=AliasChoices("claims_role", "role"))
    claims_authority: str = Field("authority", validation_alias=AliasChoices("claims_authority", "authority"))
    claims_credit_codes: str = Field(
        "credit_codes", validation_alias=AliasChoices("claims_credit_codes", "credit_codes")
    )
    claims_account_type: str = Field(
        "account_type", validation_alias=AliasChoices("claims_account_type", "account_type")
    )
    claims_account_status: str | None = Field(
        "account_status", validation_alias=AliasChoices("claims_account_status", "account_status")
    )
    claims_name: str = Field("name", validation_alias=AliasChoices("claims_name", "name"))
    claim_values: dict[str, str] = Field(default_factory=dict)


def caller_of(claims: Mapping[str, Any], settings: AuthSettings) -> Caller:
    """The account that verified claims describe, which stands for an enterprise if it is an enterprise account.

    Raises as `account_of` and `bound`.
    """
    return bound(account_of(claims, settings))


def bound(caller: Caller) -> Caller:
    """The account, if it stands for an enterprise or need not. Raises `AccountNotBound`."""
    if caller.role is Role.ENTERPRISE and not caller.credit_codes:
        raise _not_bound(caller.account_type)
    return caller


def account_of(claims: Mapping[str, Any], settings: AuthSettings) -> Caller:
    """The account that verified claims describe; an enterprise account may stand for none yet.

    Raises `AccountPending`, or `Forbidden` when the claims give it no place on the platform.
    """
    role = _word(claims, settings.claims_role, Role, settings)
    if role is None:
        raise Forbidden(
            "This account has no role on the platform; ask the city bureau for one",
            detail_zh="该账号在本平台没有角色，请联系市工业和信息化局开通。",
        )
    account_type = _word(claims, settings.claims_account_type, AccountType, settings)
    if account_type is None:
        if role is Role.ENTERPRISE:
            raise Forbidden("The login provider does not say whether this is a legal person's or a natural person's")
        account_type = AccountType.STAFF
    status = APPROVED
    if settings.claims_account_status is not None:
        told = str(_claim(claims, settings.claims_account_status))
        status = settings.claim_values.get(told, told)
    if status != APPROVED:
        raise AccountPending(
            "The account is waiting for approval. Wait for the city bureau's answer by text message, or ask your "
            "district's industry and information technology bureau",
            detail_zh="账号正在等待审核。请等待审核结果，或联系所在区工业和信息化局。",
            account_status=status,
        )
    codes = _codes(_claim(claims, settings.claims_credit_codes)) if role is Role.ENTERPRISE else frozenset[str]()
    authority = _claim(claims, settings.claims_authority) if role in (Role.AUTHORITY, Role.BUREAU) else None
    if role is Role.AUTHORITY and not (isinstance(authority, str) and authority):
        raise Forbidden(
            "This officer's account names no reviewing authority; ask the city bureau to set it",
            detail_zh="该账号未设置所属审核部门，请联系市工业和信息化局。",
        )
    subject = str(claims["sub"])
    return Caller(
        subject=subject,
        name=str(_claim(claims, settings.claims_name) or subject),
        role=role,
        account_type=account_type,
        credit_codes=codes,
        authority=authority if isinstance(authority, str) else None,
        status=status,
    )


def _not_bound(account_type: AccountType) -> AccountNotBound:
    if account_type is AccountType.NATURAL_PERSON:
        return AccountNotBound(
            "This natural person's account is bound to no enterprise. Bind it to your enterprise by real-name "
            "verification in the unified login platform, then log in again; or ask the enterprise on this platform to "
            "let you act for it (POST /api/v1/enterprises/CREDIT_CODE/delegations); or log in with its legal-person "
            "account",
            detail_zh=(
                "该自然人账号尚未绑定企业。请在统一登录平台完成实名认证并绑定所在企业后重新登录，"
                "或在本平台向企业申请授权，或改用企业法人账号登录。"
            ),
        )
    return AccountNotBound(
        "This legal person's account carries no unified social credit code. Complete the enterprise's data in the "
        "unified login platform, then log in again",
        detail_zh="该法人账号没有统一社会信用代码。请在统一登录平台完善企业信息后重新登录。",
    )


_Word = TypeVar("_Word", bound=StrEnum)


def _word(claims: Mapping[str, Any], name: str, words: type[_Word], settings: AuthSettings) -> _Word | None:
    told = _claim(claims, name)
    ours = [settings.claim_values.get(str(item), str(item)) for item in (told if isinstance(told, list) else [told])]
    return next((word for word in words if word.value in ours), None)


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of that name, else what the path of dots leads to; names such as URLs contain dots themselves."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _codes(told: Any) -> frozenset[str]:
    codes = told.replace(",", " ").split() if isinstance(told, str) else told if isinstance(told, list) else []
    return frozenset(code for item in codes if isinstance(item, str) and (code := normalise_credit_code(item)))
