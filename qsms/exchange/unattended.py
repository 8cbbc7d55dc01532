"""`qsms import`: the same steps as on the screens, in the process of the command."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from qsms.base.console import Advance, Refused, note, progress, say
from qsms.base.jobs import alive
from qsms.exchange import kinds, runs
from qsms.exchange.acting import acting_as
from qsms.exchange.checking import Tell
from qsms.exchange.models import ImportRun
from qsms.exchange.sentences import ExchangeError
from qsms.exchange.shelf import shelf
from qsms.org.actor import Actor
from qsms.records import registry
from qsms.records.errors import ServiceError

ALL_IN, SOME_BAD = 0, 1
SHOWN = 10


def import_files(options: argparse.Namespace) -> int:
    """Import as the command line says; the exit code. Raises Refused."""
    with acting_as(options.organisation, options.person, _("Import")) as actor:
        try:
            return _import(options, actor)
        except (ExchangeError, ServiceError, ValueError) as error:
            raise Refused(str(error)) from error


def _import(options: argparse.Namespace, actor: Actor) -> int:
    run = _begin(options, actor)
    with alive.living() as name:
        runs.claim_check(run, worker=name, job_id=None)
        run.refresh_from_db()
        with _telling(_("Checking")) as tell:
            runs.do_check(run, actor, tell)
        _show_check(run)
        if run.bad and options.errors:
            _write_errors(run, options.errors)
        if options.dry_run:
            say(_("Nothing was imported: this was a dry run."))
            return SOME_BAD if run.bad else ALL_IN
        if not run.new:
            say(_("Nothing to import."))
            return SOME_BAD if run.bad else ALL_IN
        if run.bad and not options.skip_bad:
            say(_("Nothing was imported. Mend the rows, or leave them out with --skip-bad."))
            return SOME_BAD
        earlier = runs.unfinished(run)
        if earlier is not None:
            note(_("Going on with the import that stopped behind row %(n)s.") % {"n": f"{earlier.position:,}"})
            run = earlier
        runs.claim_run(run, skip_bad=options.skip_bad, worker=name, job_id=None)
        with _telling(_("Importing")) as tell:
            runs.do_run(run, actor, tell)
    _show_result(run)
    return SOME_BAD if run.bad or run.refused else ALL_IN


def _begin(options: argparse.Namespace, actor: Actor) -> ImportRun:
    try:
        registry.get(options.kind)
    except KeyError:
        known = ", ".join(sorted(sheet.kind for sheet in registry.all_types()))
        sentence = _("“%(kind)s” is no kind of record. Write one of: %(known)s.")
        raise Refused(sentence % {"kind": options.kind, "known": known}) from None
    missing = next((path for path in options.file if not path.is_file()), None)
    if missing is not None:
        raise Refused(_("There is no file “%(path)s”.") % {"path": missing})
    chosen = "" if options.mapping == "auto" else options.mapping
    by_hand = None
    if chosen and chosen not in kinds.shipped(options.kind):
        by_hand = runs.saved_as(actor, options.kind, chosen)
        if by_hand is None:
            known = ", ".join(kinds.shipped(options.kind)) or _("none is shipped for this kind")
            sentence = _("There is no mapping “%(name)s”. Shipped ones: %(known)s.")
            raise Refused(sentence % {"name": chosen, "known": known})
    with ExitStack() as held:
        files = [(path.name, held.enter_context(path.open("rb"))) for path in options.file]
        run = runs.begin(actor, options.kind, files, mapping="" if by_hand else chosen)
    order = (options.date_order or "").upper()
    runs.match_unattended(run, actor, given=by_hand, date_order=order)
    return run


@contextmanager
def _telling(what: str) -> Iterator[Tell]:
    """Progress on the terminal, from the counts that the work tells."""
    with ExitStack() as shown:
        advance: list[Advance] = []
        done_before = 0

        def tell(done: int, total: int | None, sentence: str) -> None:
            nonlocal done_before
            if not advance:
                advance.append(shown.enter_context(progress(what, total)))
            advance[0](done - done_before)
            done_before = done

        yield tell


def _write_errors(run: ImportRun, target: Path) -> None:
    with shelf().open(run.error_hash) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
    note(_("The rows with errors are in %(path)s.") % {"path": target})


def _show_check(run: ImportRun) -> None:
    for problem in run.problems["bad"][:SHOWN]:
        where = run.files[problem["file"]]["name"]
        for column, sentence in problem["wrong"]:
            told = f"{column}: {sentence}" if column else sentence
            note(_("%(file)s, row %(n)d: %(told)s") % {"file": where, "n": problem["row"], "told": told})
    if run.bad > SHOWN:
        note(_("… and %(n)s more rows with errors") % {"n": f"{run.bad - SHOWN:,}"})
    say(
        _("%(rows)s rows: %(new)s new, %(known)s here already, %(repeated)s repeated, %(bad)s with errors")
        % {name: f"{getattr(run, name):,}" for name in ("rows", "new", "known", "repeated", "bad")}
    )


def _show_result(run: ImportRun) -> None:
    say(_("%(n)s imported") % {"n": f"{run.made:,}"})
    if run.brought:
        say(_("%(n)s more records came with them") % {"n": f"{run.brought:,}"})
    if run.passed_over:
        say(_("%(n)s had come in meanwhile and were passed over") % {"n": f"{run.passed_over:,}"})
    if run.bad or run.refused:
        say(_("%(n)s rows were left out") % {"n": f"{run.bad + run.refused:,}"})
