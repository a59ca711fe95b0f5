"""Settings of the portal, from `PORTAL_*`."""

from datetime import timedelta
from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator

from shared.runtime.settings import Environment, Settings

DEMO_KEY = "peiyu-portal-of-nobody"


class PortalSettings(Settings):
    """Where the portal is reached, where it reaches the platform and the login system. Durations are seconds."""

    prefix: ClassVar[str] = "PORTAL_"

    environment: Environment = Field("production", validation_alias="PEIYU_ENV")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    public_url: str = Field("http://127.0.0.1:8000", description="As browsers reach the portal")
    api_url: str = Field("http://127.0.0.1:8000", description="The gateway, as the portal reaches it")
    api_timeout: float = Field(20, gt=0, description="The longest that one answer may take")
    issuer: str = Field(
        "http://127.0.0.1:8000/login", validation_alias="PEIYU_AUTH_ISSUER", description="The login system (OIDC)"
    )
    discovery_url: str | None = Field(
        None, description="Its discovery document, where the portal cannot reach it below the issuer"
    )
    client_id: str = "portal"
    client_secret: SecretStr = SecretStr("peiyu")
    session_key: SecretStr = Field(
        SecretStr(DEMO_KEY), description="Encrypts session cookies; the same in all replicas"
    )
    session_lifetime: float = Field(8 * 3600, gt=0, description="After this long one logs in again")

    @model_validator(mode="after")
    def _own_key_in_production(self) -> Self:
        if self.environment == "production" and self.session_key.get_secret_value() == DEMO_KEY:
            raise ValueError("session_key must be set in production, to a secret of your own")
        return self

    @property
    def secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.public_url.startswith("https://")

    @property
    def lifetime(self) -> timedelta:
        return timedelta(seconds=self.session_lifetime)
