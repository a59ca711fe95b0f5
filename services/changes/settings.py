"""Settings of the changes service, from `CHANGES_*`."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from shared.runtime.settings import ServiceSettings

AROUND_A_FILE = 1 << 12
"""What a multipart body has besides its file."""


class ChangesSettings(ServiceSettings):
    """Where attachments are kept, and how many and large they may be."""

    prefix: ClassVar[str] = "CHANGES_"

    body_limit: int = Field(12 << 20, description="Largest request body in bytes; attachments are uploaded whole")
    attachments_url: str = Field(
        "var/attachments",
        description="A folder that all replicas share, or the URL of a store that fsspec knows: s3://bucket/path",
    )
    attachment_size: int = Field(10 << 20, ge=1, description="Largest attachment in bytes")
    attachments_per_report: int = Field(20, ge=1)

    @model_validator(mode="after")
    def _a_body_holds_an_attachment(self) -> Self:
        if self.body_limit < self.attachment_size + AROUND_A_FILE:
            raise ValueError(f"body_limit must be {AROUND_A_FILE} bytes larger than attachment_size")
        return self
