"""The parts of a report's page that are no form fields."""

from __future__ import annotations

from qsms.records.registry import Panel

PANELS: tuple[Panel, ...] = ()
