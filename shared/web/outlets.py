"""Files that are sent while they are written."""

import io
from typing import Any


class Outlet(io.RawIOBase):
    """Where a file that is never read back, such as a ZIP, is written to; what has arrived is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._arrived: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._arrived.append(bytes(data))
        return len(self._arrived[-1])

    def take(self) -> bytes:
        """What has been written since the last call."""
        arrived, self._arrived = b"".join(self._arrived), []
        return arrived
