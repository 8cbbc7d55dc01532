"""The allow-list of file kinds, read from kinds.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml
from django.conf import settings

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file that may be kept."""

    media_type: str
    label: str
    extensions: tuple[str, ...]
    inline: bool = False
    text: bool = False
    limit_mb: int | None = None

    @property
    def limit_bytes(self) -> int:
        """The largest size that is accepted of this kind."""
        cap: int = settings.FILE_LIMIT_MB
        return min(cap, self.limit_mb or cap) * MEGABYTE


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold at most."""

    entries: int
    unpacked_bytes: int
    ratio: int
    ratio_counts_from_bytes: int


@dataclass(frozen=True, slots=True)
class Kinds:
    """The whole list."""

    by_media_type: Mapping[str, Kind]
    text_by_extension: Mapping[str, Kind]
    known_extensions: frozenset[str]
    programs: frozenset[str]
    archives: ArchiveLimits


@cache
def kinds() -> Kinds:
    """The list that ships with this release. Raises on a list that contradicts itself."""
    raw = yaml.safe_load(resources.files(__package__).joinpath("kinds.yaml").read_text(encoding="utf-8"))
    listed = [_kind(entry) for entry in raw["kinds"]]
    by_extension: dict[str, Kind] = {}
    for kind in listed:
        for extension in kind.extensions:
            if extension in by_extension or extension in raw["programs"]:
                raise ValueError(f"kinds.yaml lists the extension “{extension}” twice.")
            by_extension[extension] = kind
    limits = raw["archives"]
    return Kinds(
        by_media_type={kind.media_type: kind for kind in listed},
        text_by_extension={extension: kind for extension, kind in by_extension.items() if kind.text},
        known_extensions=frozenset(by_extension),
        programs=frozenset(raw["programs"]),
        archives=ArchiveLimits(
            entries=limits["entries"],
            unpacked_bytes=limits["unpacked_mb"] * MEGABYTE,
            ratio=limits["ratio"],
            ratio_counts_from_bytes=limits["ratio_counts_from_mb"] * MEGABYTE,
        ),
    )


def _kind(entry: dict[str, Any]) -> Kind:
    return Kind(**{**entry, "extensions": tuple(entry["extensions"])})


def cannot_open(media_type: str, inline: bool) -> bool:
    """Whether a file of a kind that is shown on pages was found unfit to be shown: damaged, or not what it says."""
    kind = kinds().by_media_type.get(media_type)
    return kind is not None and kind.inline and not inline
