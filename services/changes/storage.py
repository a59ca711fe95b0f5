"""Where the files of attachments are: a folder, or any store that fsspec knows.

A file is written before its row commits and removed after its row is gone, so that a crash in between leaves at most
a file without a row. Files are named by random ids and found by rows alone: such a file is reached by nobody.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from io import UnsupportedOperation
from typing import BinaryIO, cast

import fsspec

CHUNK = 1 << 16


class AttachmentStore:
    """Files by name below a URL such as `var/attachments` or `s3://bucket/path`. It blocks: call it in a thread."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)

    def put(self, name: str, content: BinaryIO) -> None:
        """Write a file, and have it on disk where there is one."""
        path = self._path(name)
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        content.seek(0)
        with self._files.open(path, "wb") as target:
            shutil.copyfileobj(content, target, CHUNK)
            target.flush()
            with suppress(UnsupportedOperation, AttributeError):
                os.fsync(target.fileno())

    def open(self, name: str) -> BinaryIO:
        """A file for reading. Raises `FileNotFoundError`."""
        return cast(BinaryIO, self._files.open(self._path(name), "rb"))

    def remove(self, *names: str) -> None:
        """Remove files; those that are not there are no failure."""
        for name in names:
            with suppress(FileNotFoundError):
                self._files.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """The content of a file piece by piece; it is closed at the end."""
    with file:
        while piece := file.read(CHUNK):
            yield piece
