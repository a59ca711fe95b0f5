"""Nobody sets a state, an authority or an owner by sending it along: what a body does not know is a defect."""

import pytest

from services.cli.catalogue import SERVICES
from services.cli.documents import openapi_document

KEPT_AS_SENT = ("save_draft", "draft_report", "edit_report")
"""Unfinished forms, which are kept as they are for who writes them, and judged when they are submitted."""


def _bodies():
    for service in SERVICES:
        document = openapi_document(service)
        for operations in document["paths"].values():
            for operation in operations.values():
                content = operation.get("requestBody", {}).get("content", {}).get("application/json")
                if content and operation["operationId"] not in KEPT_AS_SENT:
                    yield pytest.param(document, content["schema"], id=f"{service} {operation['operationId']}")


@pytest.mark.parametrize(("document", "schema"), [*_bodies()])
def test_whatever_is_in_a_body_is_known(document, schema):
    assert [*_open_to_anything(document, schema, set())] == []


def _open_to_anything(document, schema, seen):
    """The objects in a schema that take more than they name, but for the body that a bulk request gives to each act."""
    if name := schema.get("$ref"):
        if name in seen:
            return
        seen.add(name)
        schema = document["components"]["schemas"][name.rpartition("/")[2]]
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield schema
    for key, each in schema.get("properties", {}).items():
        if not (schema.get("title") == "Bulk" and key == "body"):
            yield from _open_to_anything(document, each, seen)
    for each in [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *filter(None, [schema.get("items")])]:
        yield from _open_to_anything(document, each, seen)
