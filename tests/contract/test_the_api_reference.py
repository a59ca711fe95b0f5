"""The one OpenAPI document of all services, and the pages that the portal makes of it."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from openapi_spec_validator import validate

from services.cli.catalogue import SERVICES
from services.cli.documents import PUBLISHED, openapi_document
from services.cli.openapi import REFERENCE, merged
from services.cli.operation_names import CHINESE
from services.cli.routes import service_for
from services.portal.main import build
from services.portal.pages.api_reference.reading import operations
from services.portal.settings import PortalSettings


@pytest.fixture(scope="module")
def document():
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


@pytest.fixture
async def visitor() -> AsyncIterator[httpx.AsyncClient]:
    app = build(PortalSettings(environment="test"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal.test") as client:
        yield client


def test_it_is_valid_openapi(document):
    validate(document)


@pytest.mark.parametrize("service", SERVICES)
def test_it_has_every_operation_of_each_service_where_the_gateway_routes_it(document, service):
    own = openapi_document(service)["paths"]

    assert own.keys() == {path for path, methods in document["paths"].items() if tags(methods) == {service}}
    for path, methods in own.items():
        assert document["paths"][path].keys() == methods.keys()
        assert service_for(path) == service


def tags(methods):
    return {tag for each in methods.values() for tag in each["tags"]}


def test_no_two_operations_have_one_name_and_each_has_a_chinese_one(document):
    names = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]

    assert len(names) == len(set(names))
    assert {name.partition(".")[2] for name in names} == CHINESE.keys()


@pytest.mark.parametrize("service", SERVICES)
def test_every_schema_means_what_it_means_in_its_service(document, service):
    """Followed through all references, from each operation on, both documents say the same."""
    own = openapi_document(service)
    for path, methods in own["paths"].items():
        for method, operation in methods.items():
            both = document["paths"][path][method]
            for part in ("parameters", "requestBody", "responses"):
                assert whole(operation.get(part), own) == whole(both.get(part), document), f"{method} {path}"


def whole(part, document, within=()):
    """A part with what its references lead to in their places; what leads back to itself stays out."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            name = part["$ref"].removeprefix(REFERENCE)
            if name in within:
                return "itself"
            return whole(document["components"]["schemas"][name], document, (*within, name))
        return {key: whole(value, document, within) for key, value in part.items()}
    if isinstance(part, list):
        return [whole(each, document, within) for each in part]
    return part


def test_what_differs_between_services_is_named_apart_with_all_that_leads_to_it():
    def api(*fields):
        schemas = {"A": {"properties": {"b": {"$ref": f"{REFERENCE}B"}}}, "B": {"enum": list(fields)}, "C": {}}
        operation = {"operationId": "read_status", "responses": {"200": {"$ref": f"{REFERENCE}A"}}}
        return {
            "openapi": "3.1.0", "info": {"version": "1"}, "components": {"schemas": schemas},
            "paths": {f"/{fields[0]}": {"get": operation}},
        }  # fmt: skip

    both = merged({"profile": api("x"), "changes": api("y")})

    assert list(both["components"]["schemas"]) == ["C", "ChangesA", "ChangesB", "ProfileA", "ProfileB"]
    assert both["components"]["schemas"]["ChangesA"]["properties"]["b"] == {"$ref": f"{REFERENCE}ChangesB"}
    assert both["paths"]["/y"]["get"]["responses"]["200"] == {"$ref": f"{REFERENCE}ChangesA"}


async def test_the_portal_hands_the_document_out(visitor, document):
    answer = await visitor.get("/api/openapi.json")

    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == document


async def test_every_operation_has_a_page_with_all_that_it_speaks_of(visitor):
    for name, operation in operations().items():
        answer = await visitor.get(f"/api/docs/{name}")
        assert answer.status_code == 200, name
        assert operation.path in answer.text
        assert [of for of in links(answer.text) if f'id="{of}"' not in answer.text] == [], name


def links(text):
    return {part.partition('"')[0] for part in text.split('href="#')[1:]}


async def test_operations_are_found_by_words_in_both_languages(visitor):
    for words, found, other in (("复核 申请", "reviews.apply_for_review", "changes.attach_file"),
                                ("attach", "changes.attach_file", "reviews.apply_for_review")):  # fmt: skip
        text = (await visitor.get("/api/docs", params={"q": words})).text
        assert f"/api/docs/{found}" in text
        assert f"/api/docs/{other}" not in text
    assert "没有找到接口" in (await visitor.get("/api/docs", params={"q": "nothing of the kind"})).text
