"""Bringing the shipped matrices into the database. What somebody has rated on stays readable as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from qsms import __version__
from qsms.base import context, moment
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.records import history
from qsms.rules import risk_matrix_data
from qsms.rules.data_files import digest
from qsms.rules.risk_matrix import Matrix

from .choices import DATA, MatrixStatus
from .models import Adoption, Assessment, RiskMatrix

RENEWED = "matrix.renewed"


def _files() -> list[Path]:
    return sorted((DATA / "matrices").glob("*.yaml"))


def is_behind(using: str = "default") -> bool:
    """Whether a shipped file differs from the one that was read last. No file is read as YAML for it."""
    shipped = RiskMatrix.everywhere.using(using).filter(organisation=None).order_by("pk")
    newest = dict(shipped.values_list("code", "source"))
    return not {digest(path) for path in _files()} <= set(newest.values())


def ship(using: str = "default") -> int:
    """Bring the shipped matrices into the database; how many were new or changed. Safe to repeat.

    A changed matrix on which nobody has rated a risk is changed where it stands. Otherwise it becomes the next edition,
    and whoever used the former one rates on it from now on. What an organisation made of it is its own and stays.
    """
    return sum(_ship(path, using) for path in _files())


def _ship(path: Path, using: str) -> int:
    matrix, source = risk_matrix_data.load(path), digest(path)
    rows = RiskMatrix.everywhere.using(using).filter(organisation=None, code=matrix.code)
    former = rows.order_by("-pk").first()
    if former is not None and _says(former, matrix):
        rows.filter(pk=former.pk).update(source=source)
        return 0
    with write_transaction():
        definition = risk_matrix_data.to_dict(matrix)
        if former is not None and former.edition == matrix.edition and not _is_rated_on(former, using):
            former.title, former.definition, former.status = matrix.title, definition, matrix.status
            former.source, former.version = source, former.version + 1
            former.save(using=using)
            return 1
        edition = _free_edition(matrix.edition, set(rows.values_list("edition", flat=True)))
        made = rows.create(
            code=matrix.code, edition=edition, title=matrix.title, definition={**definition, "edition": edition},
            status=matrix.status, published_at=moment.now(), source=source,
        )  # fmt: skip
        if former is not None and made.status == MatrixStatus.CURRENT:
            _follow(former, made, using)
    return 1


def _is_rated_on(row: RiskMatrix, using: str) -> bool:
    return Assessment.everywhere.using(using).filter(matrix=row).exists()


def _says(row: RiskMatrix, matrix: Matrix) -> bool:
    """Whether this row is the matrix, whatever its edition had to be called here."""
    named = row.edition == matrix.edition or row.edition.startswith(_revision(matrix.edition, ""))
    return named and row.definition == {**risk_matrix_data.to_dict(matrix), "edition": row.edition}


def _revision(edition: str, n: object) -> str:
    return f"{edition}, revision {n}"


def _free_edition(edition: str, taken: set[str]) -> str:
    names = (edition, *(_revision(edition, n) for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _follow(former: RiskMatrix, made: RiskMatrix, using: str) -> None:
    """Whoever rates on the former edition rates on this one from now on; their history says so."""
    RiskMatrix.everywhere.using(using).filter(
        organisation=None, code=made.code, status=MatrixStatus.CURRENT
    ).exclude(pk=made.pk).update(status=MatrixStatus.SUPERSEDED)  # fmt: skip
    used = Adoption.everywhere.using(using).filter(matrix__organisation=None, matrix__code=made.code, until=None)
    moving = list(used.exclude(matrix=made).order_by("pk"))
    now: Any = moment.now()
    used.filter(pk__in=[one.pk for one in moving]).update(until=now)
    for one in moving:
        Adoption.everywhere.using(using).create(
            organisation_id=one.organisation_id, matrix=made, lens=one.lens, is_default=one.is_default, since=now
        )
    for organisation_id in dict.fromkeys(one.organisation_id for one in moving):
        detail = {"matrix": made.code, "edition": made.edition, "from": former.edition, "program": __version__}
        with context.organisation(organisation_id):
            actor = actors.system(organisation_id, _("New version"))
            history.write(actor, None, history.Act(RENEWED, detail=detail), subject=f"matrix:{made.pk}")
