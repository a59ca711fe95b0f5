"""The firms of the tour, and what several scenes do with them."""

from dataclasses import dataclass
from typing import Any

from services.cli.credit_codes import new_code
from services.cli.tour.forms import DECLARATION, contact, update_form
from services.cli.tour.stage import Stage

BUREAU = "bureau"
AUTHORITY = "XM-SM"
OFFICER = f"officer:{AUTHORITY}"


@dataclass
class Firm:
    """A firm of the tour: its account and the id of its title."""

    credit_code: str
    name: str
    certification: str = ""
    authority: str = AUTHORITY

    @property
    def account(self) -> str:
        return f"firm:{self.credit_code}"

    @property
    def path(self) -> str:
        return f"/enterprises/{self.credit_code}"


class Cast:
    """The firms of the tour, kept from scene to scene."""

    careful: Firm
    forgetful: Firm
    renamed: Firm
    late: Firm
    renewed: Firm
    giant: Firm
    rescued: Firm
    silent: Firm
    contested: Firm
    called: Firm


async def register(
    stage: Stage, name: str, title: str, valid_from: str, valid_to: str, authority: str = AUTHORITY
) -> Firm:
    """A firm in the platform with one title; updates that fell due before 2026 are not judged."""
    firm = Firm(new_code(), name, authority=authority)
    await stage.request(
        f"officer:{authority}",
        "POST",
        "/enterprises",
        expect=201,
        body={
            "credit_code": firm.credit_code,
            "name": name,
            "authority": authority,
            "registered_place": "福建省厦门市思明区",
            "contact": contact(firm.credit_code),
        },
    )
    granted = await stage.request(
        BUREAU,
        "POST",
        "/certifications",
        expect=201,
        body=grant_form(firm, title, valid_from, valid_to, "2026-01-01"),
    )
    firm.certification = granted["id"]
    return firm


def grant_form(firm: Firm, title: str, valid_from: str, valid_to: str, duties_from: str) -> dict[str, str]:
    return {
        "credit_code": firm.credit_code,
        "enterprise_name": firm.name,
        "authority": firm.authority,
        "title": title,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "duties_from": duties_from,
    }


async def submit_update(stage: Stage, firm: Firm) -> dict[str, Any]:
    return await stage.request(
        firm.account,
        "POST",
        f"{firm.path}/updates",
        expect=201,
        body=update_form(firm.credit_code, 2026) | {"declaration": DECLARATION},
    )


async def submit_change(stage: Stage, firm: Firm, form: dict[str, Any]) -> str:
    draft = await stage.request(firm.account, "POST", "/changes", expect=201, body=form)
    report_id: str = draft["id"]
    await stage.request(
        firm.account, "POST", f"/changes/{report_id}/submission", expect=200, body={"declaration": DECLARATION}
    )
    return report_id


async def apply_for_review(stage: Stage, firm: Firm, expect: int) -> dict[str, Any]:
    application = {"certification_id": firm.certification, "declaration": DECLARATION}
    return await stage.request(firm.account, "POST", "/reviews", expect=expect, body=application)


async def until_eligibility(stage: Stage, firm: Firm, expected: str, what: str) -> dict[str, Any]:
    """The firm's title once its right to the review is `expected`: held or revoked."""

    async def reached() -> dict[str, Any]:
        title = await certification(stage, firm)
        return title if title["eligibility"] == expected else {}

    return await stage.until(what, reached)


async def until_mailed(stage: Stage, firm: Firm, kind: str, what: str) -> None:
    async def mailed() -> bool:
        return any(each["state"] == "sent" for each in await stage.messages(firm.credit_code, kind))

    await stage.until(what, mailed)


async def eligibility(stage: Stage, firm: Firm) -> dict[str, Any]:
    return await stage.request(firm.account, "GET", f"/certifications/{firm.certification}/eligibility", expect=200)


def failing(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {condition["code"]: condition for condition in answer["conditions"] if not condition.get("holds", False)}


async def certification(stage: Stage, firm: Firm) -> dict[str, Any]:
    return await stage.read(f"/certifications/{firm.certification}")
