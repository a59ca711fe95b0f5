"""Every problem that a service answers with has a page of the portal, under the titles that the service gives it."""

import importlib

import pytest

from services.cli.catalogue import SERVICES
from services.portal.language import ENGLISH, gettext
from services.portal.pages.problems.explained import PROBLEMS
from shared.web.problems import problem_types

for service in SERVICES:
    importlib.import_module(f"services.{service}.main")
KINDS = {kind.type: kind for kind in problem_types() if kind.__module__.startswith(("services.", "shared."))}


def test_the_portal_explains_all_problems_and_no_others():
    """A new one is explained in services/portal/pages/problems/explained.py."""
    assert sorted(PROBLEMS) == sorted(KINDS)


@pytest.mark.parametrize("slug", sorted(KINDS))
def test_a_problem_has_the_titles_and_the_status_of_its_service(slug):
    kind, explained = KINDS[slug], PROBLEMS[slug]
    assert (explained.status, explained.title) == (kind.status, kind.title_zh)
    assert gettext(ENGLISH, explained.title) == kind.title()
