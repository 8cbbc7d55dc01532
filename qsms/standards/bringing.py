"""Standards into and out of files: whole editions in our own YAML, or OSCAL catalogs in three serialisations."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext as _

from qsms.base import console, moment
from qsms.base.atomic_files import write_whole
from qsms.base.console import note, say
from qsms.base.gate import write_transaction
from qsms.exchange.acting import acting_as
from qsms.org.actor import Actor
from qsms.records import history
from qsms.records.errors import NotVisible, Refused
from qsms.rules import framework_data
from qsms.rules.data_files import DataError
from qsms.rules.framework_file import read_framework, write_framework
from qsms.rules.frameworks import Framework
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as sentence

from . import clause_sheet, library
from .models import Edition
from .oscal import as_framework, files
from .oscal.files import Serialisation

IMPORT, EXPORT = "framework.import", "framework.export"
BROUGHT, SENT = "framework_imported", "framework_exported"
ALL_IN, FAULTS = 0, 1
MOST_SHOWN = 20
LARGEST = 20 * 2**20


@dataclass(frozen=True)
class Naming:
    """What a catalog of somebody else does not say: code and edition here, and who publishes it."""

    code: str = ""
    edition: str = ""
    publisher: str = ""
    title: str = ""


@dataclass(frozen=True)
class Brought:
    """What became of one edition: its row, and whether it is new, changed, or was here already."""

    row: Edition
    is_new: bool
    is_changed: bool


def read(content: bytes, known: Mapping[str, Framework], naming: Naming, *, name: str) -> tuple[Framework, list[str]]:
    """The edition of a file with what was left out of it. Raises DataError with every fault and its mend."""
    if clause_sheet.is_table(name):
        about = {"code": naming.code, "edition": naming.edition, "title": naming.title, "publisher": naming.publisher}
        return clause_sheet.read(content, name, about), []
    if not _is_oscal(content):
        return read_framework(content, known, name=name), []
    found = files.read_catalog(content, name)
    given = None
    if naming.code or naming.edition:
        given = as_framework.Naming(
            code=naming.code, edition=naming.edition, publisher=naming.publisher or "unknown",
            basis=f"OSCAL catalog {found.catalog.metadata.title if found.catalog.metadata else ''}".strip(),
            confidence_note="Imported as it was written",
        )  # fmt: skip
    told = [_("%(what)s is not kept.") % {"what": what} for what in found.left_out]
    framework = as_framework.to_framework(found.catalog, given, name=name)
    if given is not None and naming.title:
        framework = replace(framework, title=naming.title)
    return framework, [*told, *map(str, found.cautions)]


def _is_oscal(content: bytes) -> bool:
    if files.sniff(content) is not Serialisation.YAML:
        return True
    return any(line.startswith(b"catalog:") for line in content.splitlines()[:200])


def bring(actor: Actor, framework: Framework) -> Brought:
    """Keep an edition as the organisation's own; a changed one is its next revision. Raises Refused, DataError."""
    if not actor.holds(IMPORT):
        raise Refused([_("You may not bring standards in. Ask the quality manager.")])
    with write_transaction():
        rows = Edition.everywhere.filter(code=framework.code, edition=framework.edition)
        if rows.filter(organisation=None).exists():
            raise DataError(framework.key, [shipped_already(framework.key)])
        row = rows.filter(organisation_id=actor.organisation_id).order_by("-revision").defer("definition").first()
        checksum = framework_data.checksum(framework)
        if row is not None and row.checksum == checksum:
            return Brought(row, is_new=False, is_changed=False)
        made = Edition.everywhere.create(
            organisation_id=actor.organisation_id, code=framework.code, edition=framework.edition,
            revision=row.revision + 1 if row else 1, title=framework.title[:250], publisher=framework.publisher[:250],
            status=framework.status.value, definition=framework_data.to_dict(framework), checksum=checksum,
            brought_at=moment.now(), brought_by_id=actor.person_id,
        )  # fmt: skip
        detail = {"standard": framework.key, "revision": made.revision}
        history.write(actor, None, history.Act(BROUGHT, detail=detail), subject=f"standard:{framework.key}")
    return Brought(made, is_new=row is None, is_changed=row is not None)


def shipped_already(key: str) -> Sentence:
    """Why an edition that came with the program is not brought in."""
    return sentence("“%(key)s” came with the program. Give yours another code or edition.", key=key)


def send(actor: Actor, key: str, form: str) -> bytes:
    """The newest text of an edition as a file, without what was pasted into it. Raises NotVisible, Refused."""
    if not actor.holds(EXPORT):
        raise Refused([_("You may not export standards. Ask the quality manager.")])
    framework = library.find(actor.organisation_id, key).rule
    if form == "yaml":
        content = write_framework(framework).encode()
    elif form in ("csv", "xlsx"):
        content = clause_sheet.write(framework, form)
    else:
        now = moment.now().astimezone(dt.UTC).isoformat(timespec="seconds")
        catalog = as_framework.to_catalog(framework, now)
        content = files.write_catalog(catalog, Serialisation(form.removeprefix("oscal-")))
    detail = {"standard": key, "format": form}
    history.write(actor, None, history.Act(SENT, detail=detail), subject=f"standard:{key}")
    return content


def import_files(options: argparse.Namespace) -> int:
    """Import as the command line says; the exit code."""
    with acting_as(options.organisation, options.person, _("Import")) as actor:
        known = {key: row.rule for key, row in library.newest(actor.organisation_id).items()}
        naming = Naming(options.code or "", options.edition or "", options.publisher, options.title or "")
        found: list[Framework] = []
        with console.progress(_("Reading"), len(options.file)) as advance:
            for path in options.file:
                try:
                    framework, told = read(content_of(path), known, naming, name=path.name)
                except DataError as error:
                    return tell_faults(error)
                for words in told[:MOST_SHOWN]:
                    note(f"{path.name}: {words}")
                known[framework.key] = framework
                found.append(framework)
                advance(1)
        if options.dry_run:
            for framework in found:
                say(_told(framework))
            say(_("Nothing was brought in: this was a dry run."))
            return ALL_IN
        try:
            with write_transaction():
                brought = [(framework, bring(actor, framework)) for framework in found]
        except Refused as error:
            raise console.Refused(str(error)) from error
        except DataError as error:
            return tell_faults(error)
    for framework, one in brought:
        what = _("new") if one.is_new else _("revision %(n)s") % {"n": one.row.revision}
        say(f"{_told(framework)}: {what if one.is_new or one.is_changed else _('was here already')}")
    return ALL_IN


def export_file(options: argparse.Namespace) -> int:
    """Export as the command line says; the exit code."""
    with acting_as(options.organisation, options.person, _("Export")) as actor:
        try:
            content = send(actor, _edition_of(actor, options.standard), options.format)
        except NotVisible:
            known = ", ".join(library.newest(actor.organisation_id))
            words = _("There is no standard “%(key)s”. Write one of: %(known)s.")
            raise console.Refused(words % {"key": options.standard, "known": known}) from None
        except Refused as error:
            raise console.Refused(str(error)) from error
    hand_out(content, options.output)
    return ALL_IN


def _edition_of(actor: Actor, named: str) -> str:
    """The key of an edition from what was typed: a code alone means the edition in force today, which is said."""
    if "/" in named:
        return named
    row = library.in_force(actor.organisation_id, named, moment.now().astimezone(actor.tz).date())
    if row is None:
        raise NotVisible
    note(_("Of “%(code)s” the edition in force is “%(key)s”.") % {"code": named, "key": row.key})
    return row.key


def hand_out(content: bytes, output: Path | None) -> None:
    """Write what is exported to a file, to standard output without one."""
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        write_whole(output, content)
        say(str(output))


def content_of(path: Path) -> bytes:
    """What a file holds. Raises console.Refused where it cannot be read, DataError where it is too large."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            words = sentence("The file is larger than %(most)s MB. Split it.", most=LARGEST // 2**20)
            raise DataError(path.name, [words])
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise console.Refused(_("%(path)s cannot be read: %(reason)s.") % {"path": path, "reason": reason}) from error


def tell_faults(error: DataError) -> int:
    """Say what is wrong with a file, as far as a screen holds it; the exit code."""
    for words in error.sentences[:MOST_SHOWN]:
        note(f"{error.name}: {words}")
    more = len(error.sentences) - MOST_SHOWN
    if more > 0:
        note(_("And %(n)s faults more.") % {"n": more})
    note(_("Nothing was brought in."))
    return FAULTS


def _told(framework: Framework) -> str:
    n = sum(one.assessable for one in framework.requirements)
    return _("%(key)s, %(title)s, %(n)s requirements") % {"key": framework.key, "title": framework.title, "n": n}
