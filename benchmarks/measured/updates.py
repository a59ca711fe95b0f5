"""Firms that do not exist, and their annual updates as what is told of them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import uuid_utils.compat as uuid7s

from services.cli.credit_codes import invented_code
from shared.contracts import ProfileUpdated
from shared.messaging import decode, encode

SAMPLE = Path(__file__).parents[2] / "shared" / "contracts" / "samples" / "profile.updated.v1.json"


SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def codes(count: int, after: int = 0) -> Iterator[str]:
    """So many credit codes, each another one; `after` so many that were taken."""
    for number in range(after, after + count):
        serial, rest = "", number
        while rest:
            rest, place = divmod(rest, len(SIGNS))
            serial = SIGNS[place] + serial
        yield invented_code(serial)


def facts(count: int, version: int) -> Iterator[ProfileUpdated]:
    """The annual update of so many firms, each the same one every time, whose profiles come to a version by it."""
    data = ProfileUpdated.model_validate(decode(SAMPLE.read_bytes()).data)
    for code in codes(count):
        told = {"credit_code": code, "version": version, "name": f"厦门示例{code}有限公司"}
        profile = data.profile.model_copy(update=told)
        yield data.model_copy(update={"credit_code": code, "profile": profile})


def events(count: int, version: int) -> list[tuple[str, bytes]]:
    """The same as events: id and body of each."""
    sample, made = decode(SAMPLE.read_bytes()), []
    for fact in facts(count, version):
        event = replace(sample, id=uuid7s.uuid7(), subject=fact.credit_code, sequence=version, data=fact)
        made.append((str(event.id), encode(event)))
    return made
