"""`qsms history verify` finds what was done behind the application's back, on both engines."""

from __future__ import annotations

import copy
import importlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client

from qsms import cli
from qsms.org import actor as actors
from qsms.records import append_only, attachments, correcting, history, moves, services
from qsms.records.models import Deed, Record, Signature
from qsms.records.signing import Proof
from tests.cast import PASSWORD, Cast
from tests.contract.conftest import KINDS
from tests.contract.factory import make
from tests.newtype.models import Spill
from tests.newtype.spills import spill

Verify = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Verify:
    """Runs the command; its exit code and the problems it printed."""

    def run(*words: str) -> tuple[int, list[str]]:
        capsys.readouterr()
        code = cli.main(["history", "verify", *words])
        return code, capsys.readouterr().out.splitlines()

    return run


@pytest.fixture
def unguarded() -> Iterator[Callable[[str], None]]:
    """Runs SQL as somebody would who has the database: the guards taken away, then put back."""

    def tamper(*statements: str) -> None:
        append_only.run(append_only.unprotect(connection.vendor), connection)
        append_only.run([*statements, *append_only.protect(connection.vendor)], connection)

    return tamper  # type: ignore[return-value]


@pytest.fixture
def lived(keeper: Cast) -> Spill:
    """A spill with a whole life: made, changed, given, commented, cleaned, signed."""
    for name in ("safety", "quality"):
        account = keeper.account(name)
        account.set_password(PASSWORD)
        account.save()
    made = spill(keeper, litres="2.5", owner=keeper.safety, site=keeper.sites["LKF"])
    actor = keeper.actor("safety")
    services.edit(actor, made.pk, 1, {"title": "Fuel under both wings", "litres": "3"})
    services.comment(actor, made.pk, "Seen twice")
    attachments.add(actor, made.pk, io.BytesIO(b"A note about it"), name="note.txt")
    services.move(actor, made.pk, "clean", fields={"cleaned": "Sawdust", "checker": keeper.quality.pk})
    moves.move(keeper.actor("quality"), made.pk, "check", proof=Proof(PASSWORD))
    return made


def test_an_honest_history_is_fine(lived: Spill, keeper: Cast, verify: Verify) -> None:
    system = actors.system(keeper.organisation.pk)
    for kind in KINDS:
        make(system, kind)
    code, found = verify("--files")
    assert (code, found) == (0, [])


def test_a_person_who_is_renamed_is_no_problem(lived: Spill, keeper: Cast, verify: Verify) -> None:
    services.assign(keeper.actor("quality"), spill(keeper, owner=keeper.safety).pk, keeper.quality.pk)
    old, new = keeper.quality.name, "Quality Newname"
    keeper.quality.name = new
    keeper.quality.save()
    code, found = verify()
    assert (code, len(found)) == (1, 2), "the owner of one record and the checker of another"
    act = history.Act("person.changed", changes=[history.FieldChange("name", old, new)])
    history.write(keeper.actor("administrator"), None, act, subject=f"person:{keeper.quality.pk}")
    assert verify() == (0, [])


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE records_record SET title = 'Nothing' WHERE id = {id}", "“Title” is “Nothing”, but the deed “edited”"),
        ("UPDATE newtype_spill SET litres = 99 WHERE record_id = {id}", "“Litres” is “99.0”"),
        ("UPDATE records_record SET state = 'found' WHERE id = {id}", "“State” is “Found”"),
        ("UPDATE records_record SET state = 'lost' WHERE id = {id}", "“lost”, which is no state"),
        ("UPDATE records_record SET phase = 1 WHERE id = {id}", "is counted in another phase"),
        (
            "UPDATE records_record SET version = 9 WHERE id = {id}",
            "stands at version 9, but its history ends at version 4",
        ),
        ("UPDATE records_comment SET id = id + 77 WHERE record_id = {id}", "a comment"),
    ],
)
def test_a_row_changed_by_hand_shows(lived: Spill, verify: Verify, statement: str, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(id=lived.pk))
    code, found = verify()
    assert code == 1
    assert any(words in one and one.startswith(lived.number) for one in found), found


def test_deeds_changed_or_taken_away_show(lived: Spill, verify: Verify, unguarded: Callable[..., None]) -> None:
    edited = Deed.everywhere.get(record=lived, verb="edited")
    unguarded(f"UPDATE records_change SET new = 'Another title' WHERE deed_id = {edited.pk} AND field = 'title'")
    code, found = verify()
    assert code == 1
    assert any("“Title” is “Fuel under both wings”, but the deed “edited”" in one for one in found)
    # What was signed no longer fits either.
    unguarded(
        f"DELETE FROM records_change WHERE deed_id = {edited.pk}", f"DELETE FROM records_deed WHERE id = {edited.pk}"
    )
    code, found = verify()
    assert (code, any("after version 1 a deed is missing" in one for one in found)) == (1, True)


def test_a_broken_chain_shows(lived: Spill, keeper: Cast, verify: Verify, unguarded: Callable[..., None]) -> None:
    edited = Deed.everywhere.get(record=lived, verb="edited")
    unguarded(f"UPDATE records_change SET old = 'Something else' WHERE deed_id = {edited.pk} AND field = 'title'")
    code, found = verify()
    assert code == 1
    assert any("nobody's deed changed it in between" in one for one in found)


def test_a_signature_over_something_else_shows(lived: Spill, verify: Verify, unguarded: Callable[..., None]) -> None:
    signature = Signature.everywhere.get(record=lived)
    unguarded(f"UPDATE records_signature SET content_hash = '{'0' * 64}' WHERE id = {signature.pk}")
    code, found = verify()
    assert code == 1
    signed = "what Quality Person signed (“checked”, 2026-03-02 09:00 UTC)"
    assert found == [f"{lived.number}: {signed} is not what the history shows."]


def test_a_record_without_history_and_a_history_without_record_show(
    lived: Spill, verify: Verify, unguarded: Callable[..., None]
) -> None:
    unguarded(
        f"DELETE FROM records_signature WHERE record_id = {lived.pk}",
        f"DELETE FROM records_change WHERE deed_id IN (SELECT id FROM records_deed WHERE record_id = {lived.pk})",
        f"DELETE FROM records_deed WHERE record_id = {lived.pk}",
    )
    code, found = verify()
    assert (code, f"{lived.number} has no history at all. Whoever made it is not known." in found) == (1, True)


def test_a_guard_that_is_gone_shows(lived: Spill, verify: Verify) -> None:
    append_only.run(append_only.unprotect(connection.vendor)[:1], connection)
    code, found = verify()
    assert code == 1
    assert len(found) == 1
    assert "of the table records_deed is missing or switched off" in found[0]
    gone = append_only.protect(connection.vendor)
    append_only.run([one for one in gone if "records_deed" in one][:1], connection)


def test_a_lost_and_a_changed_file_show_with_files_only(lived: Spill, verify: Verify) -> None:
    [kept] = attachments.on_record(Record.everywhere.get(pk=lived.pk))
    path = Path(settings.HOME) / "files" / "sha256" / kept.sha256[:2] / kept.sha256[2:4] / kept.sha256
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"Another note")
    assert verify() == (0, [])
    assert verify("--files") == (1, [f"{lived.number}: the file “note.txt” is not what was stored."])
    path.unlink()
    assert verify("--files") == (1, [f"{lived.number}: the file “note.txt” is lost."])
    path.write_bytes(whole)


def test_help_says_what_is_not_proved(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["history", "verify", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "there are no cryptographic seals" in told
    assert "none of that shows" in told


def test_an_organisation_that_is_not_there_is_refused(keeper: Cast, verify: Verify) -> None:
    assert verify("--organisation", "nowhere")[0] == 3


def test_deeds_that_an_older_program_counted_wrongly_are_corrected_by_one_more(
    keeper: Cast, verify: Verify, capsys: pytest.CaptureFixture[str]
) -> None:
    system, quality = actors.system(keeper.organisation.pk), keeper.actor("quality")
    document, certificate = make(system, "document"), make(system, "certificate")
    # A document took effect, and the deed carried the version before.
    before = copy.copy(document)
    document = services.edit(system, document.pk, document.version, {"title": "In effect"})
    history.write(system, before, history.Act("took_effect"))
    # What followed from an edit of a certificate was a version that no deed told of.
    services.edit(quality, certificate.pk, certificate.version, {"title": "Renamed"})
    Record.everywhere.filter(pk=certificate.pk).update(version=certificate.version + 2)
    services.edit(quality, certificate.pk, certificate.version + 2, {"title": "Renamed again"})
    # What somebody did behind the application's back is not set right.
    other = make(system, "certificate")
    Record.everywhere.filter(pk=other.pk).update(version=9)
    code, found = verify()
    assert (code, len(found)) == (1, 3)

    deeds = Deed.everywhere.count()
    for module in ("documents.migrations.0005_count_of_old_deeds", "standards.migrations.0008_count_of_old_deeds"):
        importlib.import_module(f"qsms.{module}").correct(apps, None)
        importlib.import_module(f"qsms.{module}").correct(apps, None)
    assert Deed.everywhere.count() == deeds + 2, "one for each record, once"
    code, found = verify()
    assert (code, len(found)) == (1, 1)
    assert found[0].startswith(other.number)
    Record.everywhere.filter(pk=other.pk).update(version=1)
    assert cli.main(["history", "verify"]) == 0
    assert "2 records have a deed that corrects" in capsys.readouterr().err
    page = keeper.account("quality")
    client = Client()
    client.force_login(page)
    said = client.get(f"/r/document/{document.number}/tab/history/").content.decode()
    assert "noted which versions older deeds left" in said


@pytest.mark.parametrize(
    ("deeds", "version", "left"),
    [
        ([("created", 1), ("move.take_effect", 2), ("took_effect", 1)], 2, {3: 2}),
        ([("created", 1), ("edited", 2), ("commented", 3)], 3, {2: 3}),
        ([("created", 1), ("edited", 2), ("linked", 2)], 4, {2: 4}),
        ([("created", 1), ("move.certify", 2), ("edited", 5)], 5, {2: 4}),
        ([("created", 1), ("edited", 2)], 2, {}),
        ([("created", 1), ("edited", 9)], 9, {}),
        ([("created", 1), ("edited", 2), ("took_effect", 0)], 2, {}),
        ([("created", 1), ("edited", 2)], 1, {}),
        ([("commented", 2)], 2, {}),
    ],
)
def test_only_what_an_older_program_did_is_explained(
    deeds: list[tuple[str, int]], version: int, left: dict[int, int]
) -> None:
    told = [(key, verb, written) for key, (verb, written) in enumerate(deeds, 1)]
    assert correcting.left(told, version, behind=frozenset({"took_effect"}), untold=True) == left
