"""The search index as its keeper sees it: what `qsms check` tells and `qsms search rebuild` mends."""

from __future__ import annotations

import argparse

import pytest

from qsms.search import rebuild
from qsms.search.models import SearchDocument
from qsms.site import check
from tests.cast import Cast
from tests.newtype.spills import spill


def test_the_command_rebuilds_and_the_check_tells_what_lacks(keeper: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(3):
        made = spill(keeper, title=f"Fuel {n}")
    assert list(check.search()) == []
    SearchDocument.objects.filter(pk=made.pk).delete()
    assert list(check.search()) == ["Records that search does not know: 1. Run `qsms search rebuild`."]
    rebuild.run(argparse.Namespace())
    assert list(check.search()) == []
    assert "3 search documents written." in capsys.readouterr().out
