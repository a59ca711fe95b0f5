"""The pages that the portal has, and a way through them by their links."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from services.portal.main import build
from services.portal.settings import PortalSettings

NO_PAGES = re.compile(
    r"^/(session|healthz|readyz|metrics)|/export(\?|$)|/attachments/|/template|^/changes/due_date|^/api/openapi"
)
"""The login, files, and a part of a page."""


class Kinds:
    """The pages that the portal has, by the paths of their routes."""

    def __init__(self) -> None:
        routes = iter_route_contexts(build(PortalSettings(environment="test")).routes)
        paths = {str(each.path) for each in routes if "GET" in (each.methods or ())}
        pages = (path for path in paths if not NO_PAGES.search(path))
        self.all = sorted(pages, key=lambda path: (path.count("{"), ":uuid" not in path))  # the most definite first
        self._patterns = [(compile_path(path)[0], path) for path in self.all]

    def of(self, link: str) -> str:
        """The kind of page that a link leads to. Raises `LookupError`."""
        path = link.partition("?")[0]
        for pattern, kind in self._patterns:
            if pattern.match(path):
                return kind
        raise LookupError(f"{link} is no page")


def walk(
    kinds: Kinds, begin: str, look: Callable[[str, str], Iterable[str]], seen: Counter[str], most: int
) -> Iterator[tuple[str, str]]:
    """Go on by the links of each page; the kinds and paths of what was looked at.

    `look(kind, path)` opens a page and answers where its links lead. `seen` counts the pages of each kind on all walks:
    each looks at one of every kind that it comes to, and at more until there are `most`.
    """
    waiting, known, here = [begin], {begin}, set[str]()
    while waiting:
        path = waiting.pop(0)
        kind = kinds.of(path)
        if kind in here and seen[kind] >= most:
            continue
        here.add(kind)
        seen[kind] += 1
        links = [link.partition("#")[0] for link in look(kind, path)]
        yield kind, path
        further = [link for link in dict.fromkeys(links) if link not in known and not NO_PAGES.search(link)]
        waiting += further
        known.update(further)
