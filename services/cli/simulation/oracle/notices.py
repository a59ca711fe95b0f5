"""What is announced to all: deadline extensions and review campaigns."""

from dataclasses import dataclass

from services.cli.simulation.oracle.acts import CREATED, OK, Act
from services.cli.simulation.oracle.life import Answer, Life
from services.cli.simulation.oracle.records import Campaign, Extension


@dataclass(frozen=True)
class DeadlineExtended(Act):
    """A notice moves the annual update of a year; of several the one declared last decides."""

    notice: str
    extension: Extension

    def befall(self, life: Life) -> Answer:
        life.extensions[self.notice] = self.extension
        return {"status": CREATED}


@dataclass(frozen=True)
class ExtensionWithdrawn(Act):
    """An extension no longer holds: the date that held without it does again."""

    notice: str

    def befall(self, life: Life) -> Answer:
        del life.extensions[self.notice]
        return {"status": OK}


@dataclass(frozen=True)
class CampaignDeclared(Act):
    """A review campaign overrides the window of the titles that it covers, earlier or later."""

    notice: str
    campaign: Campaign

    def befall(self, life: Life) -> Answer:
        life.campaigns[self.notice] = self.campaign
        return {"status": CREATED}


@dataclass(frozen=True)
class CampaignEnded(Act):
    """A campaign ends: its titles fall back to the one declared before it, or to the rule."""

    notice: str

    def befall(self, life: Life) -> Answer:
        del life.campaigns[self.notice]
        return {"status": OK}
