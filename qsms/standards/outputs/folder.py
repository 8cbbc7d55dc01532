"""The folder that a trace pack is: files written into a ZIP one by one, up to a size, under names that unpack."""

from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote

from django.utils.translation import gettext as _

from qsms.base.files.names import clean_name, split_extension
from qsms.records.errors import Refused
from qsms.records.registry import Exhibit

LONGEST_NAME = 100


@dataclass(frozen=True)
class Kept:
    """A file in the pack; without an address one that did not go in, and why."""

    name: str
    note: str
    href: str = ""
    missing: str = ""


@dataclass
class Folder:
    """A pack as it grows. All of it bears the time of one moment, so that two packs of the same moment are alike."""

    archive: zipfile.ZipFile
    made_at: dt.datetime
    room_bytes: int

    def put(self, name: str, content: bytes) -> str:
        """Write a page; its address in the pack."""
        self.archive.writestr(self._entry(name), content)
        return quote(name)

    def take(self, place: str, exhibits: Iterable[Exhibit]) -> Iterator[Kept]:
        """Write these files into a folder of their own, numbered; each as it is there, or why it is not."""
        for n, one in enumerate(exhibits, 1):
            try:
                yield self._take(f"{place}/{n:02d} {_short(one.name)}", one)
            except Refused as lost:
                yield Kept(one.name, one.note, missing=str(lost))

    def _take(self, name: str, one: Exhibit) -> Kept:
        too_large = _("Left out: the pack would be too large. Fetch it from the record.")
        if one.size > self.room_bytes:
            return Kept(one.name, one.note, missing=too_large)
        with one.open() as content:
            size = one.size or _size(content)
            if size > self.room_bytes:
                return Kept(one.name, one.note, missing=too_large)
            with self.archive.open(self._entry(name), "w") as there:
                shutil.copyfileobj(content, there)
        self.room_bytes -= size
        return Kept(one.name, one.note, quote(name))

    def _entry(self, name: str) -> zipfile.ZipInfo:
        there = self.made_at.astimezone(dt.UTC)
        entry = zipfile.ZipInfo(name, there.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        # A plain file that its owner may write and everybody may read, whatever unpacks it.
        entry.create_system, entry.external_attr = 3, 0o100644 << 16
        return entry


def _size(made: BinaryIO) -> int:
    size = made.seek(0, 2)
    made.seek(0)
    return size


def _short(name: str) -> str:
    """A name that every system unpacks, with its extension."""
    clean = clean_name(name)
    stem, extension = split_extension(clean)
    tail = f".{extension}" if extension else ""
    return clean if len(clean) <= LONGEST_NAME else f"{stem[: LONGEST_NAME - len(tail)].rstrip(' .')}{tail}"
