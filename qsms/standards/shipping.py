"""Bringing what the product ships into the database: every change is a revision of its own, and no row is altered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from qsms.base import moment
from qsms.rules import framework_data
from qsms.rules.data_files import digest
from qsms.rules.frameworks import Framework

from . import shipped, stored
from .models import Crosswalk, Edition


def _files() -> list[Path]:
    return sorted((shipped.DATA / "frameworks").glob("*.yaml"))


def is_behind(using: str = "default") -> bool:
    """Whether a shipped file differs from the one that was read last. No file is read as YAML for it."""
    editions = Edition.everywhere.using(using).filter(organisation=None)
    known = set(editions.values_list("source", flat=True))
    known |= set(Crosswalk.everywhere.using(using).filter(organisation=None).values_list("source", flat=True))
    return any(digest(path) not in known for path in _files()) or _crosswalk_source() not in known


def ship(using: str = "default") -> int:
    """Bring the shipped editions and the crosswalk into the database; how many revisions were new. Safe to repeat.

    A changed text becomes the next revision. Whoever adopted the former one keeps it until they take the new one over.
    """
    return _ship_editions(shipped.frameworks(), using) + _ship_crosswalk(using)


def _ship_editions(frameworks: Mapping[str, Framework], using: str) -> int:
    rows = Edition.everywhere.using(using).filter(organisation=None)
    newest = {row.key: row for row in rows.defer("definition").order_by("revision")}
    written = 0
    for key, framework in frameworks.items():
        row, checksum = newest.get(key), framework_data.checksum(framework)
        source = digest(shipped.DATA / "frameworks" / f"{framework.code}-{framework.edition}.yaml")
        if row is not None and row.checksum == checksum:
            if row.source != source:
                # The file says the same in another way.
                rows.filter(pk=row.pk).update(source=source)
            continue
        Edition.everywhere.using(using).create(
            code=framework.code, edition=framework.edition, revision=row.revision + 1 if row else 1,
            title=framework.title, publisher=framework.publisher, status=framework.status.value,
            definition=framework_data.to_dict(framework), checksum=checksum, source=source, brought_at=moment.now(),
        )  # fmt: skip
        written += 1
    return written


def _crosswalk_source() -> str:
    """One digest over both files of pairs."""
    return hashlib.sha256("".join(digest(path) for path in shipped.CROSSWALKS).encode()).hexdigest()


def _ship_crosswalk(using: str) -> int:
    tables, source = (shipped.crosswalk_table(), shipped.harmonized_table()), _crosswalk_source()
    pairs = [stored.pair_data(pair) for pair in shipped.crosswalk().pairs]
    checksum = stored.pairs_checksum(pairs)
    rows = Crosswalk.everywhere.using(using).filter(organisation=None)
    row = rows.defer("pairs").order_by("-revision").first()
    if row is not None and row.checksum == checksum:
        rows.filter(pk=row.pk).update(source=source)
        return 0
    basis, note = (". ".join(getattr(one, name) for one in tables) for name in ("basis", "confidence_note"))
    Crosswalk.everywhere.using(using).create(
        edition=tables[0].edition, revision=row.revision + 1 if row else 1, basis=basis, confidence_note=note,
        pairs=pairs, checksum=checksum, source=source, brought_at=moment.now(),
    )  # fmt: skip
    return 1
