"""The HTTP APIs of all services as one OpenAPI document: what the platform offers at its gateway."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from services.cli.operation_names import CHINESE

Json = dict[str, Any]
ABOUT = {
    "profile": ("企业信息", "Enterprises, their annual updates, deadline extensions, delegations."),
    "changes": ("重大变化", "Reports of major changes, what officers saw, decisions."),
    "reviews": ("认证与复核", "Titles, review applications, campaigns, imports."),
    "notifier": ("提醒与消息", "What is owed, what was told, proofs of notice, timelines."),
}
"""A service's part in Chinese, and what belongs to it."""
REFERENCE = "#/components/schemas/"


def merged(documents: Mapping[str, Json]) -> Json:
    """One document of many, by service: a tag for each, operations and components named apart where names clash.

    An operation is `service.name`; a component that differs between services gets its service's name before its own.
    """
    apart = _differing(documents)
    paths: Json = {}
    components: dict[str, Json] = {"schemas": {}, "securitySchemes": {}}
    for service, document in documents.items():
        renamed = _renaming(document, lambda name, service=service: _name(service, name, apart))  # type: ignore[misc]
        for path, operations in renamed["paths"].items():
            if path in paths:
                raise ValueError(f"{path} belongs to several services")
            paths[path] = {
                method: operation
                | {
                    "tags": [service],
                    "operationId": f"{service}.{operation['operationId']}",
                    "x-summary-zh": CHINESE[operation["operationId"]],
                }
                for method, operation in operations.items()
            }
        for name, schema in renamed["components"]["schemas"].items():
            components["schemas"][_name(service, name, apart)] = schema
        components["securitySchemes"] |= renamed["components"].get("securitySchemes", {})
    first = next(iter(documents.values()))
    return {
        "openapi": first["openapi"],
        "info": {"title": "培育 peiyu", "version": first["info"]["version"]},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": ABOUT[name][1], "x-name-zh": ABOUT[name][0]} for name in documents],
        "paths": paths,
        "components": components | {"schemas": dict(sorted(components["schemas"].items()))},
    }


def _differing(documents: Mapping[str, Json]) -> set[str]:
    """Names of components that are not the same everywhere, or that lead to one that is not."""
    said: dict[str, set[str]] = {}
    for document in documents.values():
        for name, schema in document["components"]["schemas"].items():
            said.setdefault(name, set()).add(json.dumps(schema, sort_keys=True))
    apart = {name for name, texts in said.items() if len(texts) > 1}
    while more := {
        name
        for name, texts in said.items()
        if name not in apart and any(f'"{REFERENCE}{other}"' in text for text in texts for other in apart)
    }:
        apart |= more
    return apart


def _name(service: str, name: str, apart: set[str]) -> str:
    return f"{service.capitalize()}{name}" if name in apart else name


def _renaming(part: Any, called: Callable[[str], str]) -> Any:
    """The same with every reference to a component under its new name."""
    if isinstance(part, dict):
        return {key: _renaming(value, called) for key, value in part.items()}
    if isinstance(part, list):
        return [_renaming(each, called) for each in part]
    if isinstance(part, str) and part.startswith(REFERENCE):
        return REFERENCE + called(part.removeprefix(REFERENCE))
    return part
