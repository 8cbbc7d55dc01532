"""What is found across kinds is, kind by kind, the page of the newest that its list shows."""

from __future__ import annotations

from django.db.models import Q

from qsms.org import actor as actors
from qsms.records import across, paging, registry
from qsms.records.models import Record
from tests.cast import ROLES, Cast

from .conftest import KINDS
from .factory import make

# Somebody may type the very word that the statement has where it says the kind.
TYPED = "".join(across.ANY_KIND)


def test_the_newest_of_each_kind_are_those_of_its_list(cast: Cast) -> None:
    system = actors.system(cast.organisation.pk)
    for kind in KINDS:
        for site, secret in (("LKF", False), ("STV", False), ("LKF", True)):
            make(system, kind, fixed={"confidential": secret}, site=cast.sites[site], owner=cast.owner)
    named = Q(number__gte="A", number__lt="D")
    met = set()
    for name in ("reporter", "owner", "colleague", *ROLES):
        actor = cast.actor(name)
        for where in (Q(), named, Q(title=TYPED), Q(pk__in=())):
            pages = {kind: paging.page(actor, registry.get(kind), where, limit=2).ids for kind in KINDS}
            found = across.newest(actor, KINDS, where, limit=2)
            assert {kind: sorted(ids, reverse=True) for kind, ids in found.items()} == pages, name
            met |= {(len(ids), kind) for kind, ids in pages.items()}
    assert {n for n, _kind in met} == {0, 1, 2}
    assert across.newest(cast.actor("outsider"), KINDS, limit=2) == {kind: [] for kind in KINDS}
    Record.everywhere.filter(kind=KINDS[0]).update(title=TYPED)
    assert len(across.newest(system, KINDS, Q(title=TYPED), limit=9)[KINDS[0]]) >= 3
