"""What crosses a service boundary: every event has a kept sample, a taker that handles it, and a page in the document."""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from shared.contracts import EVENT_TYPES, EventData
from shared.contracts.asyncapi import CONTENT_TYPE, EXCHANGE, SAMPLES, asyncapi_document, sample
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.messaging import RabbitBus, decode, encode, envelope
from shared.regulation.credit_code import check_enterprise_credit_code

every_event = pytest.mark.parametrize("type_", sorted(EVENT_TYPES))


def test_every_event_has_a_kept_sample_and_every_sample_an_event() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == {f"{type_}.json" for type_ in EVENT_TYPES}


@every_event
def test_a_kept_sample_is_read_and_written_as_it_stands(type_: str) -> None:
    kept = sample(type_)
    event = decode(json.dumps(kept).encode())
    assert event.type == type_
    assert event.source == f"/services/{EVENT_TYPES[type_].producer}"
    assert event.subject == event.data.subject
    assert json.loads(encode(event)) == kept


@pytest.mark.parametrize("type_", sorted(name for name, model in EVENT_TYPES.items() if issubclass(model, EventData)))
def test_a_kept_sample_is_about_an_enterprise_with_a_valid_credit_code(type_: str) -> None:
    check_enterprise_credit_code(sample(type_)["subject"])


@every_event
def test_fields_that_a_reader_does_not_know_are_ignored(type_: str) -> None:
    newer = _with_more(sample(type_))
    assert encode(decode(json.dumps(newer).encode())) == encode(decode(json.dumps(sample(type_)).encode()))


@every_event
def test_every_event_has_a_taker(type_: str) -> None:
    assert any(type_ in types for types in SUBSCRIPTIONS.values())


def test_nobody_subscribes_to_an_event_that_does_not_exist() -> None:
    assert set().union(*SUBSCRIPTIONS.values()) <= set(EVENT_TYPES)


@pytest.mark.parametrize("service", sorted(SUBSCRIPTIONS))
def test_a_service_handles_exactly_what_it_subscribes_to(service: str) -> None:
    handlers = importlib.import_module(f"services.{service}.handlers").handlers
    assert handlers.consumer == service
    assert handlers.types == SUBSCRIPTIONS[service]


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = asyncapi_document()
    references = list(_references(document))
    assert references
    for reference in references:
        assert reference.startswith("#/")
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


@every_event
def test_a_kept_sample_is_what_the_document_says(type_: str) -> None:
    document = asyncapi_document()
    schema = document | {"$ref": f"#/components/messages/{type_}/payload"}
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    validator.validate(sample(type_))
    for broken in (
        sample(type_) | {"type": "other.happened.v1"},
        sample(type_) | {"sequence": "first"},
        {key: value for key, value in sample(type_).items() if key != "subject"},
        sample(type_) | {"data": {}},
    ):
        assert not validator.is_valid(broken)


def test_the_document_names_every_sender_and_every_taker() -> None:
    operations = asyncapi_document()["operations"]
    assert {name for name, operation in operations.items() if operation["action"] == "send"} == {
        f"{model.producer}.sends.{type_}" for type_, model in EVENT_TYPES.items()
    }
    assert {name for name, operation in operations.items() if operation["action"] == "receive"} == {
        f"{service}.receives.{type_}" for service, types in SUBSCRIPTIONS.items() for type_ in types
    }


def test_the_document_is_always_the_same() -> None:
    assert json.dumps(asyncapi_document()) == json.dumps(asyncapi_document())


def test_the_document_and_the_bus_mean_the_same_exchange() -> None:
    assert RabbitBus("amqp://localhost")._exchange_name == EXCHANGE
    assert envelope.CONTENT_TYPE == CONTENT_TYPE


def _with_more(value: Any) -> Any:
    """The same with a field more in every object."""
    if isinstance(value, dict):
        return {key: _with_more(part) for key, part in value.items()} | {"added_later": {"by": "a newer producer"}}
    if isinstance(value, list):
        return [_with_more(part) for part in value]
    return value


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)
