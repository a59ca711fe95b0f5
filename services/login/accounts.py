"""The accounts that can log in, by name.

firm:CODE          the legal-person account (法人账号) of the enterprise with that credit code
person:CODE,CODE   a natural person's account (自然人账号) bound to those enterprises by real-name verification
person             a natural person's account bound to none
pending            a legal-person account waiting for approval (待审核)
officer:AUTHORITY  an officer of a reviewing authority
bureau             an officer of the city bureau (市工信局)
operator           who runs the services
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.login.settings import LoginSettings
from shared.regulation.credit_code import CreditCodeError, check_enterprise_credit_code
from shared.web.caller import AccountType, Role

PENDING_FIRM = "91350100M000100Y43"


class UnknownAccount(LookupError):
    """No account has this name."""

    def __init__(self, name: str, reason: str, names: list[str]) -> None:
        super().__init__(f"There is no account {name!r}: {reason}. Accounts: {', '.join(names)}")
        self.reason = reason
        self.names = names


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in; `name` is also the subject of its tokens."""

    name: str
    display_name: str
    role: Role
    account_type: AccountType
    status: str = "approved"
    credit_codes: tuple[str, ...] = ()
    authority: str | None = None

    def claims(self) -> dict[str, Any]:
        """What tokens and `/userinfo` say of the account besides its subject."""
        claims: dict[str, Any] = {
            "name": self.display_name,
            "role": self.role,
            "account_type": self.account_type,
            "account_status": self.status,
        }
        if self.role is Role.ENTERPRISE:
            claims["credit_codes"] = list(self.credit_codes)
        if self.authority is not None:
            claims["authority"] = self.authority
        return claims


@dataclass(frozen=True, slots=True)
class Directory:
    """All accounts there are: those named here, and one for every enterprise credit code."""

    firms: Mapping[str, str] = field(default_factory=dict)
    authorities: Mapping[str, str] = field(default_factory=dict)
    bureau: str = "XM-GXJ"

    @classmethod
    def of(cls, settings: LoginSettings) -> "Directory":
        return cls({firm.credit_code: firm.name for firm in settings.firms}, settings.authorities, settings.bureau)

    def account(self, name: str) -> Account:
        """The account called `name`. Raises `UnknownAccount`, which lists what there is."""
        name = name.strip()
        kind, colon, rest = name.partition(":")
        match kind, bool(colon):
            case "firm", True:
                (code,) = self._codes(name, [rest])
                return Account(
                    f"firm:{code}", self._firm(code), Role.ENTERPRISE, AccountType.LEGAL_PERSON, credit_codes=(code,)
                )
            case "person", True:
                codes = self._codes(name, rest.split(","))
                return Account(
                    f"person:{','.join(codes)}",
                    f"经办人（{'、'.join(map(self._firm, codes))}）",
                    Role.ENTERPRISE,
                    AccountType.NATURAL_PERSON,
                    credit_codes=codes,
                )
            case "officer", True if rest in self.authorities:
                office = self.authorities[rest]
                return Account(name, f"{office} 审核员", Role.AUTHORITY, AccountType.STAFF, authority=rest)
        if (found := self._fixed().get(name)) is not None:
            return found
        raise UnknownAccount(name, "nobody is called that", self.names())

    def listed(self) -> Iterator[Account]:
        """The accounts that can be named without knowing a credit code, and those of the demo firms."""
        for code in self.firms:
            yield self.account(f"firm:{code}")
        for code in self.firms:
            yield self.account(f"person:{code}")
        fixed = self._fixed()
        yield fixed["person"]
        yield fixed["pending"]
        for authority in self.authorities:
            yield self.account(f"officer:{authority}")
        yield fixed["bureau"]
        yield fixed["operator"]

    def names(self) -> list[str]:
        """What can be logged in as, for people to read."""
        return ["firm:CREDIT_CODE", "person:CREDIT_CODE[,CREDIT_CODE]", *(account.name for account in self.listed())]

    def _fixed(self) -> dict[str, Account]:
        accounts = (
            Account("person", "未绑定企业的自然人", Role.ENTERPRISE, AccountType.NATURAL_PERSON),
            Account(
                "pending",
                "待审核的企业账号",
                Role.ENTERPRISE,
                AccountType.LEGAL_PERSON,
                status="pending",
                credit_codes=(PENDING_FIRM,),
            ),
            Account("bureau", "厦门市工业和信息化局 审核员", Role.BUREAU, AccountType.STAFF, authority=self.bureau),
            Account("operator", "运维人员", Role.OPERATOR, AccountType.STAFF),
        )
        return {account.name: account for account in accounts}

    def _firm(self, code: str) -> str:
        return self.firms.get(code, f"企业 {code}")

    def _codes(self, name: str, texts: list[str]) -> tuple[str, ...]:
        try:
            return tuple(dict.fromkeys(check_enterprise_credit_code(text) for text in texts))
        except CreditCodeError as error:
            raise UnknownAccount(name, str(error), self.names()) from error
