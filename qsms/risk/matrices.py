"""Which matrices there are, and with which one a risk is rated through each lens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Q

from qsms.org.actor import Actor
from qsms.records.choices import Lens
from qsms.rules.data_files import read_mapping

from .choices import DATA, MatrixStatus
from .models import Adoption, RiskMatrix

LENSES = tuple(Lens)


@lru_cache(maxsize=1)
def shipped_adoption() -> Mapping[str, Any]:
    """The matrices that an organisation starts with, and what its levels of acceptance stand for."""
    return read_mapping(DATA / "adoption.yaml")[1]


def lens_code(lens: int) -> str:
    """“safety” for the safety lens: the word that matrix data uses."""
    return Lens(lens).name.lower()


def lenses_of(bits: int) -> list[Lens]:
    """The lenses in a sum of them, in their fixed order."""
    return [lens for lens in LENSES if bits & lens]


def in_force(actor: Actor) -> list[RiskMatrix]:
    """Every matrix that may be rated with, the organisation's own and the shipped ones, by title."""
    rows = RiskMatrix.everywhere.filter(
        Q(organisation_id=actor.organisation_id) | Q(organisation=None), status=MatrixStatus.CURRENT
    )
    return list(rows.order_by("title", "-pk"))


def offered(actor: Actor, lens: int) -> list[RiskMatrix]:
    """The matrices adopted for a lens, the usual one first; the shipped default where nothing was adopted."""
    adopted = Adoption.everywhere.filter(
        organisation_id=actor.organisation_id, lens=lens, until=None, matrix=OuterRef("pk")
    )
    code = shipped_adoption()["defaults"][lens_code(lens)]
    shipped = Q(organisation=None, code=code, status=MatrixStatus.CURRENT)
    rows = (
        RiskMatrix.everywhere.annotate(is_adopted=Exists(adopted), is_usual=Exists(adopted.filter(is_default=True)))
        .filter(Q(is_adopted=True) | shipped)
        .order_by("-is_usual", "title", "-pk")
    )
    found: list[Any] = list(rows)
    return [row for row in found if row.is_adopted] or found[:1]


def matrix_for(actor: Actor, lens: int) -> RiskMatrix:
    """The matrix that the organisation uses for a lens."""
    return offered(actor, lens)[0]


def find(actor: Actor, matrix_id: int) -> RiskMatrix | None:
    """A matrix of the organisation or a shipped one."""
    mine = Q(organisation_id=actor.organisation_id) | Q(organisation=None)
    return RiskMatrix.everywhere.filter(mine, pk=matrix_id).first()
