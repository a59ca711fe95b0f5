"""The events as an AsyncAPI document, generated from the models, the subscriptions and the kept samples."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from shared.contracts.base import EVENT_TYPES, Fact
from shared.contracts.subscriptions import SUBSCRIPTIONS

SAMPLES = Path(__file__).parent / "samples"
EXCHANGE = "peiyu.events"
CONTENT_TYPE = "application/cloudevents+json"

_SUBJECT = "The firm's credit code (统一社会信用代码); the id of a notice where the event is about many firms"

_CLOUD_EVENT = {
    "type": "object",
    "title": "CloudEvent",
    "description": "CloudEvents 1.0 in structured mode. Whoever reads it ignores attributes it does not know.",
    "required": ["specversion", "id", "source", "type", "subject", "time", "sequence", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "UUIDv7; the same on every delivery"},
        "source": {"type": "string", "format": "uri-reference", "description": "The producing service"},
        "type": {"type": "string"},
        "subject": {"type": "string", "description": _SUBJECT},
        "time": {"type": "string", "format": "date-time", "description": "The business instant, UTC"},
        "sequence": {"type": "string", "pattern": "^[0-9]+$", "description": "The version of what the event tells of"},
        "dataschema": {"type": "string", "format": "uri-reference"},
        "datacontenttype": {"const": "application/json"},
        "traceparent": {"type": "string", "description": "W3C Trace Context"},
        "actor": {
            "type": "string",
            "description": "The subject of whoever did it, or caused it; `platform` where a date or a rule did",
        },
        "actorname": {"type": "string", "description": "The name that the account shows"},
        "actorrole": {"type": "string", "description": "enterprise, authority, bureau, operator or platform"},
    },
}


def sample(type_: str) -> dict[str, Any]:
    """The kept sample of an event type: the whole envelope as it travels."""
    envelope: dict[str, Any] = json.loads((SAMPLES / f"{type_}.json").read_text(encoding="utf-8"))
    return envelope


def asyncapi_document() -> dict[str, Any]:
    """AsyncAPI 3.0.0: a channel per event type, who sends and who receives it. The same for the same code."""
    models = dict(sorted(EVENT_TYPES.items()))
    _, definitions = models_json_schema(
        [(model, "validation") for model in models.values()], ref_template="#/components/schemas/{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "peiyu events",
            "version": "1.0.0",
            "description": (
                "Every event is one fact in the past tense and carries the state that its consumers need. It is "
                "delivered at least once and in no promised order: `id` tells duplicates, `sequence` what is newer."
            ),
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {type_: _channel(type_, model) for type_, model in models.items()},
        "operations": dict(_operations(models)),
        "components": {
            "messages": {type_: _message(type_, model) for type_, model in models.items()},
            "schemas": {"CloudEvent": _CLOUD_EVENT, **dict(sorted(definitions["$defs"].items()))},
        },
    }


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "/".join(("#", *path))}


def _prose(model: type[Fact]) -> str:
    return " ".join((model.__doc__ or "").split())


def _channel(type_: str, model: type[Fact]) -> dict[str, Any]:
    return {
        "address": type_,
        "description": _prose(model),
        "messages": {type_: _ref("components", "messages", type_)},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _message(type_: str, model: type[Fact]) -> dict[str, Any]:
    return {
        "name": type_,
        "title": model.__name__,
        "summary": _prose(model),
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [
                _ref("components", "schemas", "CloudEvent"),
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": type_},
                        "source": {"const": f"/services/{model.producer}"},
                        "dataschema": {"const": f"/schemas/{type_}"},
                        "data": _ref("components", "schemas", model.__name__),
                    },
                },
            ]
        },
        "bindings": {"amqp": {"messageType": type_, "bindingVersion": "0.3.0"}},
        "examples": [{"name": type_, "payload": sample(type_)}],
    }


def _operations(models: dict[str, type[Fact]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for type_, model in models.items():
        yield (
            f"{model.producer}.sends.{type_}",
            _operation("send", model.producer, type_, f"{model.producer} sends {type_}"),
        )
    for service, types in sorted(SUBSCRIPTIONS.items()):
        for type_ in sorted(types):
            yield (
                f"{service}.receives.{type_}",
                _operation("receive", service, type_, f"{service} takes {type_} from its queue peiyu.{service}"),
            )


def _operation(action: str, service: str, type_: str, summary: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": _ref("channels", type_),
        "summary": summary,
        "tags": [{"name": service}],
        "messages": [_ref("channels", type_, "messages", type_)],
    }
