"""Review applications (复核, 第十一条)."""

from dataclasses import dataclass

from services.cli.simulation.oracle.acts import CONFLICT, CREATED, DEFECTS, OK, Act
from services.cli.simulation.oracle.days import day_of, over, working_days_later
from services.cli.simulation.oracle.life import Answer, Life
from services.cli.simulation.oracle.records import Application
from services.cli.simulation.oracle.rules import LITTLE_GIANT, NOTICE_DAYS, RETURN_DAYS


@dataclass(frozen=True)
class Applied(Act):
    """A review is applied for: accepted only if every condition holds then. `drawn`: the lot fell on it."""

    title: str
    application: str
    drawn: bool = False

    def befall(self, life: Life) -> Answer:
        title = life.titles[self.title]
        if failing := life.failing(title):
            return {"status": CONFLICT, "codes": failing}
        life.applications[self.application] = Application(self.application, title, self.drawn)
        return {"status": CREATED, "review": "submitted"}


@dataclass(frozen=True)
class Withdrew(Act):
    """An application is taken back while it is open."""

    application: str

    def befall(self, life: Life) -> Answer:
        application = life.applications[self.application]
        if not application.open:
            return {"status": CONFLICT}
        application.status = "withdrawn"
        return {"status": OK, "review": "withdrawn"}


@dataclass(frozen=True)
class Checked(Act):
    """The result of an on-site check (实地抽查) is recorded."""

    application: str

    def befall(self, life: Life) -> Answer:
        application = life.applications[self.application]
        if application.status not in ("submitted", "authority_passed"):
            return {"status": CONFLICT}
        application.checked = True
        return {"status": OK, **_told(application)}


@dataclass(frozen=True)
class CheckOrdered(Act):
    """An officer has reason to have the firm checked on site; once, before the authority has passed it on."""

    application: str

    def befall(self, life: Life) -> Answer:
        application = life.applications[self.application]
        if application.status != "submitted":
            return {"status": CONFLICT}
        application.check_needed = True
        return {"status": OK, "review": "submitted"}


@dataclass(frozen=True)
class Returned(Act):
    """The office that has an application in hand returns it for correction (退回补正), within ten working days."""

    application: str
    office: str

    def befall(self, life: Life) -> Answer:
        application = life.applications[self.application]
        if application.status != {"authority": "submitted", "bureau": "authority_passed"}[self.office]:
            return {"status": CONFLICT}
        application.returned_from = application.status
        application.returned_at = self.at
        application.return_due = working_days_later(day_of(self.at), RETURN_DAYS)
        application.status = "returned"
        return {"status": OK, **_told(application)}


@dataclass(frozen=True)
class Resubmitted(Act):
    """A corrected application comes back to the office that returned it; one that has lapsed does not."""

    application: str

    def befall(self, life: Life) -> Answer:
        application = life.applications[self.application]
        if application.status != "returned":
            return {"status": CONFLICT}
        application.status = application.returned_from
        return {"status": OK, **_told(application)}


@dataclass(frozen=True)
class Decided(Act):
    """One step of a review (第十一条): authority, bureau, and for a little giant the ministry, which decides it.

    What the bureau itself approves is on public notice first (公示). An application that is to be checked on site is
    not passed on without the result.
    """

    application: str
    step: str
    outcome: str

    def befall(self, life: Life) -> Answer:
        application = life.applications[self.application]
        title = application.title
        turn = {"authority": "submitted", "bureau": "authority_passed", "ministry": "recommended"}
        if application.status != turn[self.step]:
            return {"status": CONFLICT}
        last = "ministry" if title.kind == LITTLE_GIANT else "bureau"
        forward = "approved" if self.step == last else {"authority": "passed", "bureau": "recommended"}[self.step]
        if self.outcome not in (forward, "rejected"):
            return {"status": DEFECTS, "codes": ["outcome_not_offered"]}
        if self.outcome == "rejected":
            application.status = "rejected"
            title.rejected = True
        elif self.step == "authority":
            if application.check_needed and not application.checked:
                return {"status": CONFLICT}
            application.status = "authority_passed"
        elif self.step == "bureau" and last == "ministry":
            application.status = "recommended"
        elif self.step == "bureau":
            application.status = "in_public_notice"
            application.notice_ends = working_days_later(day_of(self.at), NOTICE_DAYS)
        else:
            application.status = "approved"
            life.extend(title)
        return {"status": OK, **_told(application)}


@dataclass(frozen=True)
class Objected(Act):
    """An objection (异议) is recorded while the notice runs; the first has number 1."""

    application: str

    def befall(self, life: Life) -> Answer:
        application = life.applications[self.application]
        if application.status != "in_public_notice" or self.at >= over(application.notice_ends):
            return {"status": CONFLICT}
        application.objections[len(application.objections) + 1] = True
        return {"status": CREATED, **_told(application)}


@dataclass(frozen=True)
class Found(Act):
    """The bureau finds on an objection: upheld, it rejects the application."""

    application: str
    objection: int
    upheld: bool

    def befall(self, life: Life) -> Answer:
        application = life.applications[self.application]
        if application.status != "in_public_notice":
            return {"status": CONFLICT}
        application.objections[self.objection] = False
        if self.upheld:
            application.status = "rejected"
            application.title.rejected = True
        return {"status": OK, **_told(application)}


def _told(application: Application) -> Answer:
    told = {"review": application.status}
    if application.status == "returned":
        told["due"] = application.return_due.isoformat()
    if application.status == "in_public_notice":
        told["notice_ends"] = application.notice_ends.isoformat()
    return told
