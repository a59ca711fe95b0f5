"""Settings from the environment, one class per service.

A service's class names its own prefix, such as `PROFILE_`; what is not given there is taken from `PEIYU_`, so that
common settings are written once. What no variable says is looked for in the folder where containers find their secrets,
in a file of the variable's name, such as `profile_database_url`. Secrets are masked whenever settings are printed.
"""

import os
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

Environment = Literal["production", "development", "test"]
COMMON = "PEIYU_"
SECRETS = "/run/secrets"
"""Where Docker puts secrets; PEIYU_SECRETS_DIR names another folder."""


class Settings(BaseSettings):
    """What a program is told by variables, or by files for what is secret."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True, hide_input_in_errors=True)
    prefix: ClassVar[str] = COMMON

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library names it
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = Path(os.environ.get(f"{COMMON}SECRETS_DIR", SECRETS))
        secrets = folder if folder.is_dir() else None
        return (
            init_settings,
            EnvSettingsSource(settings_cls, env_prefix=cls.prefix),
            SecretsSettingsSource(settings_cls, secrets, env_prefix=cls.prefix),
            EnvSettingsSource(settings_cls, env_prefix=COMMON),
            SecretsSettingsSource(settings_cls, secrets, env_prefix=COMMON),
        )


class ServiceSettings(Settings):
    """What every service is told. Durations are seconds."""

    env: Environment = Field("production", description="Outside production the clock can be moved")
    database_url: SecretStr = Field(description="postgresql+asyncpg://user:password@host/database")
    database_pool: int = Field(10, ge=2, description="Connections per process")
    amqp_url: SecretStr | None = Field(None, description="amqp://user:password@host/vhost; none: in one process")
    amqp_declare: bool = Field(
        True, description="Declare the topology; no: only look that it is there, as users without that permission do"
    )
    rules: str = Field("xiamen-2023", description="A shipped rules file, or the path of one")
    clock_file: Path | None = Field(None, description="Outside production: where processes share a moved clock")

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    body_limit: int = Field(1 << 20, description="Largest request body in bytes")
    stop_timeout: float = Field(20, gt=0, description="The longest that a graceful stop may take")

    auth_issuer: str = Field(description="The OIDC provider whose access tokens are accepted")
    auth_audience: str = "peiyu"
    auth_jwks_url: str | None = Field(None, description="Where its keys are; none: by discovery")
    auth_claims: dict[str, str] = Field(
        default_factory=dict, description='Names of the provider\'s claims where they differ, such as {"role": "rolle"}'
    )
    auth_claim_values: dict[str, str] = Field(
        default_factory=dict, description="The provider's words for roles, account types and states to ours"
    )

    log_level: str = "INFO"
    log_format: Literal["json", "console"] = "json"

    sweep_interval: float = Field(5, gt=0, description="Pause between two looks at what fell due")
    relay_interval: float = Field(1, gt=0, description="Longest pause before the outbox is looked at again")
    seal_interval: float = Field(1, gt=0, description="Pause between two looks at what is to be sealed in the record")
    measure_interval: float = Field(15, gt=0, description="Pause between two counts of what waits, for /metrics")
    retry_interval: float = Field(1, gt=0, description="Pause between two looks at failed messages")
    retry_attempts: int = Field(8, ge=1, description="Tries of a failed message before it is dead")
    retry_base: float = Field(2, ge=0, description="First wait before a retry; doubles up to an hour")
    catch_up: float = Field(
        300, ge=0, description="The longest that a service waits for the news of a stop before it acts on what it knows"
    )
    batch_size: int = Field(200, ge=1, description="Most messages handled in one transaction")

    @property
    def production(self) -> bool:
        return self.env == "production"
