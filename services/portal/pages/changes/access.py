"""A report as those read it who write it: its firm, or an officer for it (代办)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.portal.change_report import content, document
from services.portal.visit import Visit


@dataclass(frozen=True, slots=True)
class Read:
    """A report with the version that a change of it must name."""

    report: dict[str, Any]
    etag: str | None

    def allows(self, *acts: str) -> bool:
        """Whether any of these can be done to it now, by who reads it."""
        return not set(acts).isdisjoint(self.report["allowed"])

    def holds(self, told: Mapping[str, Any]) -> bool:
        """Whether `told` stands in it already: it is the second click of one button."""
        return told == document(self.report, content(self.report))


async def read(visit: Visit, report_id: UUID) -> Read:
    """The report. Raises `NoFirm` for who acts for none and is no officer, and `ApiError`."""
    acts_for(visit)
    answer = await visit.api.call("GET", path_of(report_id))
    return Read(answer.body, answer.etag)


def is_officer(visit: Visit) -> bool:
    """Whether an officer writes it, by the firm's signed paper form."""
    return visit.account is not None and visit.account.is_officer


def acts_for(visit: Visit) -> str | None:
    """The firm that is acted for, None where an officer writes. Raises `NoFirm`, `FirmNotChosen`."""
    return None if is_officer(visit) else visit.firm


def path_of(report_id: UUID, *more: object) -> str:
    """Where a report is, below the API as in the portal."""
    return "/".join(("/changes", str(report_id), *map(str, more)))
