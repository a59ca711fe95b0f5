"""Settings of the profile service, from `PROFILE_*`."""

from typing import ClassVar

from shared.runtime.settings import ServiceSettings


class ProfileSettings(ServiceSettings):
    """Nothing beyond what every service is told."""

    prefix: ClassVar[str] = "PROFILE_"
