"""Settings of the changes service, from `CHANGES_*`."""

from typing import ClassVar

from shared.runtime.settings import ServiceSettings


class ChangesSettings(ServiceSettings):
    """Nothing beyond what every service is told."""

    prefix: ClassVar[str] = "CHANGES_"
