"""What a form sent, as the API wants it: `basics.contact.name` is a value in objects, `years.0.staff` in a list.

Entries of a list close up where one is empty; a page that is shown again is filled from the document for that reason.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.datastructures import ImmutableMultiDict, UploadFile

OWN = ("csrftoken", "key", "etag", "do")
"""Fields of the portal's own: the CSRF token, the idempotency key, the version, the button that was pressed."""
NUMBER = re.compile(r"\d+")


def typed(form: ImmutableMultiDict[str, Any]) -> dict[str, str]:
    """The fields as they were typed, by name; files and the portal's own fields left out.

    Lines end as they did when they were typed: browsers send two characters for each.
    """
    return {
        name: value.replace("\r\n", "\n").strip()
        for name, value in form.multi_items()
        if not isinstance(value, UploadFile) and name not in OWN
    }


def key_of(form: Mapping[str, Any]) -> str | None:
    """The Idempotency-Key that the form carries, by which its second click is known."""
    return str(form.get("key") or "") or None


def etag_of(form: Mapping[str, Any]) -> str | None:
    """The version that the form was filled from."""
    return str(form.get("etag") or "") or None


def nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """The fields as a document; what is empty is left out, and so are entries of a list that are empty as a whole."""
    tree: dict[str, Any] = {}
    for name, value in fields.items():
        if value == "":
            continue
        *path, last = name.split(".")
        place = tree
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return dict(_with_lists(tree))


def flat(document: Any, prefix: str = "") -> dict[str, str]:
    """A document as the fields of a form: what `nested` undoes."""
    if isinstance(document, Mapping):
        entries: Iterable[tuple[Any, Any]] = document.items()
    elif isinstance(document, list | tuple):
        entries = enumerate(document)
    else:
        return {} if document is None else {prefix: _shown(document)}
    found: dict[str, str] = {}
    for step, value in entries:
        found |= flat(value, f"{prefix}.{step}" if prefix else str(step))
    return found


def field_of(pointer: str) -> str:
    """The name of the field at a JSON Pointer: `/basics/contact/name` is `basics.contact.name`."""
    return ".".join(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _with_lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if tree and all(NUMBER.fullmatch(step) for step in tree):
        return [_with_lists(tree[step]) for step in sorted(tree, key=int)]
    return {step: _with_lists(value) for step, value in tree.items()}


def _shown(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
