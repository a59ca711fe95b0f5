"""Settings of the reviews service, from `REVIEWS_*`."""

from typing import ClassVar

from pydantic import Field

from shared.runtime.settings import ServiceSettings


class ReviewsSettings(ServiceSettings):
    """Lists are uploaded here, so that bodies may be larger than elsewhere."""

    prefix: ClassVar[str] = "REVIEWS_"

    body_limit: int = Field(32 << 20, description="Largest request body in bytes; lists of titles are uploaded whole")
