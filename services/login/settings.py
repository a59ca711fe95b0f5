"""What the stand-in is told; every name is read from the environment with the prefix `LOGIN_`."""

from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from shared.regulation.credit_code import check_enterprise_credit_code
from shared.runtime.settings import Environment, Settings

PREFIX = "/login"


class DemoFirm(BaseModel):
    """An enterprise that the login page offers by name."""

    model_config = ConfigDict(frozen=True)

    credit_code: str
    name: str

    @field_validator("credit_code")
    @classmethod
    def _of_an_enterprise(cls, value: str) -> str:
        return check_enterprise_credit_code(value)


class LoginSettings(Settings):
    """Settings of the stand-in; durations are seconds.

    `key_file` holds the private signing key (PEM, P-256) that replicas share, and is made where it is absent; without
    one a key is made at every start and earlier tokens stop working.
    """

    prefix: ClassVar[str] = "LOGIN_"

    environment: Environment = Field("production", validation_alias="PEIYU_ENV")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    issuer: str = Field("http://127.0.0.1:8000/login", description="As browsers and services reach it; ends in /login")
    audience: str = "peiyu"
    client_id: str = Field("portal", description="The client that may use the authorization code flow")
    client_secret: SecretStr = Field(SecretStr("peiyu"), description="Of that client, and of every account's own")
    redirect_uris: tuple[str, ...] = Field((), description="Where a login may return to, compared as a whole")
    logout_uris: tuple[str, ...] = Field((), description="Where a logout may return to, compared as a whole")
    key_file: Path | None = None
    token_lifetime_seconds: int = Field(3600, gt=0)
    code_lifetime_seconds: float = Field(60, gt=0, le=600)
    firms: tuple[DemoFirm, ...] = ()
    authorities: dict[str, str] = {  # noqa: RUF012 - pydantic copies it
        "XM-SM": "思明区工业和信息化局",
        "XM-HC": "海沧区工业和信息化局",
        "XM-HL": "湖里区工业和信息化局",
        "XM-JM": "集美区工业和信息化局",
        "XM-TA": "同安区工业和信息化局",
        "XM-XA": "翔安区工业和信息化局",
        "XM-HJ": "厦门火炬高新区管委会",
    }
    bureau: str = "XM-GXJ"

    @field_validator("issuer")
    @classmethod
    def _served_under_prefix(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")) or not value.endswith(PREFIX):
            raise ValueError(f"must be an http(s) address that ends in {PREFIX}")
        return value
