"""What may be attached to a report: what a file is says its content, what it is called its name."""

import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import BinaryIO
from urllib.parse import quote

import puremagic

from shared.web.problems import Defect

ACCEPTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "application/pdf": (".pdf",),
        "image/jpeg": (".jpg", ".jpeg"),
        "image/png": (".png",),
    }
)
"""Media type to the endings that its files have, the usual one first."""

LONGEST_NAME = 150


def media_type_of(file: BinaryIO) -> str | None:
    """What a file is by its magic bytes, whatever its name and sender say; None where nobody can tell."""
    try:
        return puremagic.from_stream(file, mime=True)
    except (puremagic.PureError, ValueError):
        return None


def defects_of_file(name: str, media_type: str | None) -> list[Defect]:
    """Why a file is not taken: it is something else, or something else than it is called."""
    endings = ACCEPTED.get(media_type or "")
    if endings is None:
        return [
            Defect(
                pointer="/file",
                code="not_accepted",
                detail=f"PDF, JPEG and PNG are taken; by its content this is {media_type or 'something else'}",
                detail_zh="仅接受PDF、JPEG、PNG文件，该文件的内容不是其中任何一种",
            )
        ]
    ending = PurePosixPath(name).suffix.lower()
    if ending and ending not in endings:
        return [
            Defect(
                pointer="/file",
                code="name_and_content_differ",
                detail=f"by its content this is {media_type}, by its name {ending}",
                detail_zh=f"文件内容为{media_type}，与扩展名{ending}不符",
            )
        ]
    return []


def plain_name(given: str | None) -> str:
    """A file's name without folders, control characters and excess of length; its ending stays."""
    name = unicodedata.normalize("NFC", given or "").replace("\\", "/").rpartition("/")[2]
    path = PurePosixPath("".join(each for each in name if each.isprintable()).strip())
    if path.name in ("", ".."):
        return "attachment"
    ending = path.suffix[:LONGEST_NAME]
    return path.stem[: LONGEST_NAME - len(ending)] + ending


def disposition(name: str, media_type: str) -> str:
    """`Content-Disposition` of a download (RFC 6266): the name as it is (RFC 5987), and a plain one for old readers."""
    return f"attachment; filename=\"attachment{ACCEPTED[media_type][0]}\"; filename*=UTF-8''{quote(name, safe='')}"
