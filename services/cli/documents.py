"""The documents that are generated from the code and kept with it."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services.cli.catalogue import SERVICES, builder, settings_class
from services.cli.openapi import merged
from shared.contracts.asyncapi import asyncapi_document
from shared.messaging import EmbeddedBus
from shared.runtime.clock import SystemClock
from shared.web.assembly import Surroundings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PUBLISHED = ROOT / "services" / "portal" / "pages" / "api_reference" / "openapi.json"
"""The one document of all services, where the portal shows it: in the package."""


def openapi_document(service: str) -> dict[str, Any]:
    """The OpenAPI document of a service, built without touching its database."""
    settings = settings_class(service)(
        database_url=SecretStr("postgresql+asyncpg://nobody@localhost/none"),
        auth_issuer="https://login.example",
    )
    return builder(service)(settings, Surroundings(EmbeddedBus(), SystemClock())).app.openapi()


def _generated(kinds: Sequence[str]) -> Iterator[tuple[Path, dict[str, Any]]]:
    if "asyncapi" in kinds:
        yield DOCS / "asyncapi.json", asyncapi_document()
    if "openapi" in kinds:
        documents = {service: openapi_document(service) for service in SERVICES}
        for service, document in documents.items():
            yield DOCS / "openapi" / f"{service}.json", document
        yield PUBLISHED, merged(documents)


def write(kinds: Sequence[str], *, check: bool) -> list[str]:
    """Write the documents of `kinds`, or with `check` write nothing; the names of those that differ from the code."""
    changed = []
    for path, document in _generated(kinds):
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        if path.exists() and path.read_text() == text:
            continue
        changed.append(str(path.relative_to(ROOT)))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return changed
