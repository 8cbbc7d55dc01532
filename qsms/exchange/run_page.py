"""What the page of an import shows, by where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.base.models import Job
from qsms.exchange import limits, runs
from qsms.exchange.carrying import goes_at_once
from qsms.exchange.models import ImportRun
from qsms.org.actor import Actor
from qsms.records.registry import RecordType
from qsms.records.wording import state_label

State = ImportRun.State
MOST_COLUMNS = 6
LOOKS = {
    State.MAPPING: ("mute", "circle-dashed"),
    State.CHECKING: ("info", "progress"),
    State.CHECKED: ("info", "circle-dot"),
    State.RUNNING: ("info", "progress"),
    State.DONE: ("good", "circle-check"),
    State.FAILED: ("bad", "bad"),
    State.STOPPED: ("mute", "ban"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the line above the page."""

    label: str
    when: str  # done, now, next


def steps(now: int) -> list[Step]:
    """The steps of an import with the present one marked."""
    labels = (_("File"), _("Columns"), _("Check"), _("Import"), _("Result"))
    return [Step(label, "done" if at < now else "now" if at == now else "next") for at, label in enumerate(labels)]


@dataclass(frozen=True, slots=True)
class Told:
    """An earlier import in one line."""

    run: ImportRun
    tone: str
    shape: str
    left_out: int

    @property
    def state(self) -> str:
        return str(self.run.get_state_display())


def told(run: ImportRun) -> Told:
    """The line for this import in the list of earlier ones."""
    tone, shape = LOOKS[State(run.state)]
    return Told(run, tone, shape, run.bad + run.refused if run.state == State.DONE else 0)


def draw(actor: Actor, sheet: RecordType, run: ImportRun, asked: Mapping[str, Any]) -> tuple[str, int, dict[str, Any]]:
    """Template, step and context of the page of this import."""
    context: dict[str, Any] = {"run": run, "told": told(run)}
    if run.is_busy:
        return "exchange/working.html", 2 if run.state == State.CHECKING else 3, context | _working(actor, run)
    if run.state == State.DONE:
        return "exchange/result.html", 4, context | _result(run, asked)
    if run.state == State.CHECKED:
        return "exchange/check.html", 2, context | _checked(run, asked)
    return "exchange/ended.html", 3 if run.new else 2, context | _ended(run)


def _working(actor: Actor, run: ImportRun) -> dict[str, Any]:
    job = runs.job_of(run)
    checking = run.state == State.CHECKING
    at_once = goes_at_once(run)
    if checking:
        note = _("Nothing is written yet. If it stops, you can check again.")
    elif at_once:
        note = _("If anything stops it, nothing of this import is kept. Others wait some seconds to save meanwhile.")
    else:
        note = _("It goes in steps: what is in stays in. If anything stops it, it goes on where it stopped.")
    stops = _("Stop") if checking or not at_once else _("Stop and keep nothing")
    return {
        "job": job,
        "waiting": job is not None and job.state == Job.State.QUEUED,
        "note": note,
        "stop_label": stops if job is not None else "",
        "earlier": [told(one) for one in runs.earlier(actor, run.kind, but=run.pk, limit=5)],
    }


def _checked(run: ImportRun, asked: Mapping[str, Any]) -> dict[str, Any]:
    counts = {"bad": run.bad, "warned": run.warned, "repeated": run.repeated}
    words = {"bad": _("Errors"), "warned": _("Warnings"), "repeated": _("Repeated")}
    chosen = str(asked.get("show") or "")
    if not counts.get(chosen):
        chosen = next((name for name, count in counts.items() if count), "")
    shown = run.problems.get(chosen, [])
    return {
        "looked_at": sum(counts.values()),
        "tabs": [(name, words[name], f"{count:,}", name == chosen) for name, count in counts.items() if count],
        "chosen": chosen,
        "stands": [
            _("%(n)s “%(state)s”") % {"n": f"{n:,}", "state": state_label(run.kind, state)}
            for state, n in run.problems.get("stands", {}).items()
        ],
        "rows": [_row(run, one) for one in shown],
        "columns": _columns(run, shown),
        "several": len(run.files) > 1,
        "more": max(0, counts.get(chosen, 0) - len(shown)),
        "most": limits.SHOWN_PROBLEMS,
        "same": runs.same_before(run),
        "in_steps": not goes_at_once(run),
        "why_not": runs.why_not(run, skip_bad=True),
        "start_url": reverse("exchange:import-start", args=[run.kind, run.pk]),
        "go": ngettext("Import one row", "Import %(n)s rows", run.new) % {"n": f"{run.new:,}"},
    }


def _columns(run: ImportRun, shown: list[dict[str, Any]]) -> list[str]:
    """The columns that most of these rows show; a table has the same ones in every line."""
    found: dict[str, int] = {}
    for one in shown:
        for name in one["cells"]:
            found[name] = found.get(name, 0) + 1
    order = {name: place for place, name in enumerate(run.problems.get("columns", ()))}
    most = sorted(found, key=lambda name: -found[name])[:MOST_COLUMNS]
    return sorted(most, key=lambda name: order.get(name, 0))


def _row(run: ImportRun, one: dict[str, Any]) -> dict[str, Any]:
    return {
        "file": run.files[one["file"]]["name"],
        "row": one["row"],
        "cells": one["cells"],
        "wrong": {column for column, _sentence in one["wrong"] if column},
        "sentences": [sentence for _column, sentence in one["wrong"]],
    }


def _result(run: ImportRun, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "known": run.known + run.passed_over,
        "left_out": run.bad + run.refused,
        "refused_rows": [_row(run, one) for one in run.problems.get("refused", [])],
        "may_download": bool(run.error_hash),
    }


def _ended(run: ImportRun) -> dict[str, Any]:
    return {
        "kept": run.made,
        "goes_on": run.new > run.position > 0,
        "checked": bool(run.staged_hash),
        "start_url": reverse("exchange:import-start", args=[run.kind, run.pk]),
    }
