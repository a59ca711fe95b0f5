"""Applications for a review, for the stories of a test: of an innovative firm whose window is open, updated in time."""

from services.cli.tour.forms import DECLARATION
from tests.browser.firms import OFFICER, registered, update

IN_TIME, TODAY = "2026-04-20T10:00", "2026-05-22T10:00"
PASSED = {"outcome": "passed", "opinion": "材料属实"}
CHECK = {"checked_on": "2026-05-22", "inspectors": ["王海", "李明"], "result": "conforms", "findings": "与申报一致"}


def ready(platform, **how):
    """An innovative firm that may apply: its window is open, its update was made in time."""
    platform.at(IN_TIME)
    title = {"title": "innovative", "valid_from": "2023-06-11", "valid_to": "2026-06-10", "duties_from": "2026-01-01"}
    firm = registered(platform, **title | how)
    update(platform, firm)
    platform.at(TODAY)
    path = f"/certifications/{firm.certification}"
    platform.until(lambda: platform.call(firm.account, "GET", f"{path}/eligibility")["can_apply"])
    platform.until(lambda: platform.call(firm.account, "GET", f"{path}/assessment")["points"] is not None)
    return firm


def applied(platform, firm):
    """The application that the firm submits."""
    body = {"certification_id": firm.certification, "declaration": DECLARATION, "statement": "主营业务未变"}
    return platform.call(firm.account, "POST", "/reviews", body)


def pass_on(platform, review):
    """The authority passes it on, checked on site where the lot fell on it."""
    path = f"/reviews/{review['id']}"
    if review["on_site_check"]["required"]:
        platform.call(OFFICER, "POST", f"{path}/on_site_check", CHECK)
    return platform.call(OFFICER, "POST", f"{path}/authority_decision", PASSED)
