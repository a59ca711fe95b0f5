"""Titles and annual updates (信息更新), and the right to the review in officers' hands."""

from dataclasses import dataclass
from datetime import date

from services.cli.simulation.oracle.acts import CONFLICT, CREATED, DEFECTS, OK, Act
from services.cli.simulation.oracle.days import start_of
from services.cli.simulation.oracle.life import Answer, Life
from services.cli.simulation.oracle.records import Title
from services.cli.simulation.oracle.rules import GROWTH


@dataclass(frozen=True)
class Granted(Act):
    """A title is granted, or taken over from elsewhere with the date from which its duties are judged."""

    title: str
    kind: str
    valid_from: date
    valid_to: date
    duties_from: date | None = None

    def befall(self, life: Life) -> Answer:
        life.titles[self.title] = Title(
            self.title, self.kind, self.valid_from, self.valid_to, self.duties_from, start=self.valid_from
        )
        return {"status": CREATED}


@dataclass(frozen=True)
class Drafted(Act):
    """An annual update is saved as a draft: it counts for nothing."""

    year: int

    def befall(self, _: Life) -> Answer:
        return {"status": CREATED}


@dataclass(frozen=True)
class Updated(Act):
    """An annual update is submitted, not before its year has begun; a late one restores nothing (第十二条)."""

    year: int

    def befall(self, life: Life) -> Answer:
        if self.at < start_of(date(self.year, 1, 1)):
            return {"status": DEFECTS, "codes": ["not_open_yet"]}
        life.updates.append((self.year, self.at))
        return {
            "status": CREATED,
            "on_time": {
                title.kind: (life.due(title, self.year).isoformat(), life.met(title, self.year))
                for title in life.titles.values()
                if title.status == "valid" and self.year in life.duty_years(title)
            },
        }


@dataclass(frozen=True)
class Restored(Act):
    """A bureau officer gives the right to the review back: what was missed until now is forgiven."""

    title: str

    def befall(self, life: Life) -> Answer:
        title = life.titles[self.title]
        if title.status != "valid" or not title.revoked:
            return {"status": CONFLICT}
        title.forgiven |= frozenset(title.missed)
        title.missed, title.taken = (), False
        return {"status": OK, "eligibility": "held"}


@dataclass(frozen=True)
class Revoked(Act):
    """A bureau officer takes the right to the review; for an annual update only where one is owed."""

    title: str
    duty: str

    def befall(self, life: Life) -> Answer:
        title = life.titles[self.title]
        if title.status != "valid" or title.revoked:
            return {"status": CONFLICT}
        if self.duty == "update" and title.kind == GROWTH:
            return {"status": DEFECTS, "codes": ["owes_no_update"]}
        title.taken = True
        return {"status": OK, "eligibility": "revoked"}
