"""How reports come in from files: the shipped mappings, and the actions that a row brings along."""

from __future__ import annotations

from pathlib import Path

from qsms.exchange import kinds
from qsms.exchange.kinds import Nested

kinds.offer(
    "report",
    mappings=Path(__file__).parent / "data" / "mappings",
    nested={"actions": Nested("action")},
)
