"""Firms for the stories of a test: registered, with a title, updated."""

from dataclasses import dataclass

from services.cli.credit_codes import new_code
from services.cli.tour.forms import DECLARATION, contact, update_form

OFFICER, BUREAU = "officer:XM-SM", "bureau"


@dataclass
class Firm:
    code: str
    name: str
    certification: str

    @property
    def account(self):
        return f"firm:{self.code}"

    @property
    def path(self):
        return f"/enterprises/{self.code}"


def registered(platform, name="厦门示例精密仪器有限公司", title="specialized", valid_from="2025-01-01",
               valid_to="2027-12-31", duties_from="2026-01-01"):  # fmt: skip
    """A firm with one title, of which no other test knows."""
    code = new_code()
    platform.call(OFFICER, "POST", "/enterprises", {
        "credit_code": code, "name": name, "authority": "XM-SM", "registered_place": "福建省厦门市思明区",
        "contact": contact(code),
    })  # fmt: skip
    held = platform.call(BUREAU, "POST", "/certifications", {
        "credit_code": code, "enterprise_name": name, "authority": "XM-SM", "title": title, "valid_from": valid_from,
        "valid_to": valid_to, "duties_from": duties_from,
    })  # fmt: skip
    return Firm(code, name, held["id"])


def update(platform, firm, year=2026):
    """Submit the firm's annual update."""
    form = update_form(firm.code, year) | {"declaration": DECLARATION}
    platform.call(firm.account, "POST", f"/enterprises/{firm.code}/updates", form)
