"""Major changes that officers see before their firms report them (第十三条)."""

from dataclasses import dataclass
from datetime import date

from services.cli.simulation.oracle.acts import CONFLICT, CREATED, DEFECTS, OK, Act
from services.cli.simulation.oracle.days import day_of
from services.cli.simulation.oracle.life import Answer, Life
from services.cli.simulation.oracle.records import Occurrence

NOT_MADE = ("draft", "withdrawn", "discarded")


@dataclass(frozen=True)
class OccurrenceRecorded(Act):
    """Officers record that a change happened: once, and not when the firm has reported it itself."""

    occurrence: str
    kind: str
    happened_on: date

    def befall(self, life: Life) -> Answer:
        if self.happened_on > day_of(self.at):
            return {"status": DEFECTS, "codes": ["in_the_future"]}
        recorded = Occurrence(self.occurrence, self.kind, self.happened_on, told_at=self.at)
        again = any(
            each.status != "dismissed" and (each.kind, each.happened_on) == (self.kind, self.happened_on)
            for each in life.occurrences.values()
        )
        if again or any(report.status not in NOT_MADE and recorded.told_by(report) for report in life.reports.values()):
            return {"status": CONFLICT}
        life.occurrences[self.occurrence] = recorded
        return {"status": CREATED}


@dataclass(frozen=True)
class OccurrenceDismissed(Act):
    """It was none, or need not be reported."""

    occurrence: str

    def befall(self, life: Life) -> Answer:
        occurrence = life.occurrences[self.occurrence]
        if occurrence.status != "open":
            return {"status": CONFLICT}
        occurrence.status = "dismissed"
        return {"status": OK}
