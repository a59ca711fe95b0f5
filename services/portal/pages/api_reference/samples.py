"""A value that a schema allows, to be looked at: what is optional is left out where it has no example."""

from collections.abc import Mapping
from typing import Any

FORMATS = {
    "date": "2026-04-20",
    "date-time": "2026-04-20T09:30:00+08:00",
    "email": "contact@firm.example",
    "uuid": "0198c3a2-7c1e-7a40-9b6e-2f5d3c1b0a99",
    "binary": "…",
}
PLAIN = {"string": "…", "integer": 1, "number": "1", "boolean": True, "null": None, "object": {}}
NAMED = {"credit_code": "91350203MA31F1331W", "mobile": "13959201234", "authority": "XM-SM"}


def sample(schema: Mapping[str, Any], components: Mapping[str, Any], name: str = "") -> Any:
    """A value for `schema`; `name` is what it is called where it stands."""
    if "$ref" in schema:
        return sample(components[schema["$ref"].rpartition("/")[2]], components, name)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return sample(choices[0], components, name)
    if "properties" in schema:
        needed = schema.get("required") or list(schema["properties"])
        return {each: sample(said, components, each) for each, said in schema["properties"].items() if each in needed}
    if schema.get("type") == "array":
        return [sample(schema.get("items", {}), components, name)]
    given = [schema[each] for each in ("const", "default", "minimum") if schema.get(each) is not None]
    given += [schema[each][0] for each in ("examples", "enum") if each in schema]
    given += [NAMED[name]] if name in NAMED else []
    return [*given, FORMATS.get(schema.get("format", ""), PLAIN.get(schema.get("type", ""), "…"))][0]
