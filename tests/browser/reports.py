"""Reports of major changes for the stories of a test, begun and submitted by the API."""

from services.cli.tour.forms import DECLARATION, change_form

YES_TO_ALL = {
    "impact.main_product_affected": "false",
    "impact.still_sme": "true",
    "impact.still_meets_criteria": "true",
}
"""The answers on what the change affects, as a form has them."""


def done(platform, who, path, body):
    """Something is done by the API, once the service that does it has heard of the firm and its title."""
    answers = []

    def accepted():
        answers.append(platform.tried(who, "POST", path, body))
        return answers[-1].is_success

    platform.until(accepted)
    return answers[-1].json()


def draft(platform, firm, **form):
    """A report that is begun by the API."""
    whole = change_form(firm.code, "2026-05-08", old=firm.name, new="厦门示例新名有限公司") | form
    return done(platform, firm.account, "/changes", whole)["id"]


def submitted(platform, firm, **form):
    """One that is made."""
    id_ = draft(platform, firm, **form)
    platform.call(firm.account, "POST", f"/changes/{id_}/submission", {"declaration": DECLARATION})
    return id_
