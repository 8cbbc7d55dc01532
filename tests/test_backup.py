"""`qsms backup` and `qsms restore`: the same state comes back, or nothing changes."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.harness.installation import Install, Installation, NewDatabase

ROW = ("key-of-a-session", "what was there", "2030-01-01 00:00:00+00:00")
COUNT = "SELECT count(*) FROM django_session WHERE session_data = 'what was there'"


@pytest.fixture(scope="module")
def written(install: Install, tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Path]:
    """An installation with a row, a file and a key, and the archive that was written of it."""
    installation = install(tmp_path_factory.mktemp("written") / "home")
    with closing(sqlite3.connect(installation.home / "qsms.sqlite3")) as database, database:
        database.execute("INSERT INTO django_session (session_key, session_data, expire_date) VALUES (?, ?, ?)", ROW)
    fill(installation.home)
    archive = installation.home.parent / "archive.tar.gz"
    done = installation.run("backup", archive)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{archive}\n"
    return installation, archive


def fill(home: Path) -> None:
    (home / "files" / "ab").mkdir(parents=True)
    (home / "files" / "ab" / "cdef").write_bytes(b"\0photo\xff" * 50_000)
    (home / "logs").mkdir(exist_ok=True)
    (home / "logs" / "old.log").write_text("not in the archive")


def rows(home: Path) -> int:
    with closing(sqlite3.connect(home / "qsms.sqlite3")) as database:
        count: int = database.execute(COUNT).fetchone()[0]
        return count


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def test_a_backup_comes_back(written: tuple[Installation, Path], tmp_path: Path) -> None:
    source, archive = written
    target = Installation(tmp_path / "home")
    done = target.run("restore", archive)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Restored the state of ")
    size = archive.stat().st_size // 1000
    assert f"Unpacking and proving (kB): {size:,} of {size:,}" in done.stderr
    assert rows(target.home) == 1
    for kept in ("files/ab/cdef", "keys/secret"):
        assert (target.home / kept).read_bytes() == (source.home / kept).read_bytes()
    assert stat.S_IMODE((target.home / "keys" / "secret").stat().st_mode) == 0o600
    assert not (target.home / "logs").exists()
    assert target.run("check").returncode == 0


def test_an_archive_is_for_its_owner_only_and_names_what_it_holds(written: tuple[Installation, Path]) -> None:
    _, archive = written
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with tarfile.open(archive) as tar:
        file = tar.extractfile("manifest.json")
        assert file
        manifest = json.load(file)
        assert tar.getnames() == ["database.sqlite3", "home/files/ab/cdef", "home/keys/secret", "manifest.json"]
    assert manifest["database"] == "sqlite"
    assert set(manifest["members"]) == {"database.sqlite3", "home/files/ab/cdef", "home/keys/secret"}
    assert manifest["migrations"]["sessions"] == "0001_initial"


def test_a_second_backup_does_not_overwrite_the_first(written: tuple[Installation, Path]) -> None:
    source, archive = written
    before = archive.read_bytes()
    done = source.run("backup", archive)
    assert done.returncode == 3
    assert done.stderr == f"qsms backup: “{archive}” exists. Name another file, or remove this one.\n"
    assert archive.read_bytes() == before


def test_an_empty_installation_is_not_backed_up(tmp_path: Path) -> None:
    done = Installation(tmp_path / "home").run("backup", tmp_path / "a.tar.gz")
    assert done.returncode == 3
    assert "There is nothing to back up" in done.stderr
    assert list(tmp_path.glob("a.tar.gz*")) == []


def test_what_is_there_is_replaced_only_when_forced_and_kept_aside(
    written: tuple[Installation, Path], install: Install, tmp_path: Path
) -> None:
    _, archive = written
    target = install(tmp_path / "home")
    (target.home / "files").mkdir()
    (target.home / "files" / "mine").write_text("mine")
    before = contents(target.home)

    refused = target.run("restore", archive)
    assert refused.returncode == 3
    assert "is not empty" in refused.stderr
    assert "--force" in refused.stderr
    assert {name: data for name, data in contents(target.home).items() if name != "serve.lock"} == {
        name: data for name, data in before.items() if name != "serve.lock"
    }

    done = target.run("restore", archive, "--force")
    assert done.returncode == 0, done.stderr
    assert rows(target.home) == 1
    (aside,) = target.home.glob("before-restore-*")
    assert (aside / "files" / "mine").read_text() == "mine"
    assert rows(aside) == 0
    assert not (target.home / "files" / "mine").exists()


def rewritten(archive: Path, target: Path, change: Callable[[tarfile.TarInfo, bytes], bytes | None]) -> Path:
    """A copy of `archive` in which `change` gives each member its content; None leaves the member out."""
    with tarfile.open(archive) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            file = old.extractfile(member)
            assert file
            content = change(member, file.read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return target


def cut_off(archive: Path, target: Path) -> Path:
    target.write_bytes(archive.read_bytes()[:-2000])
    return target


def without_manifest(archive: Path, target: Path) -> Path:
    return rewritten(archive, target, lambda member, data: None if member.name == "manifest.json" else data)


def changed(archive: Path, target: Path) -> Path:
    return rewritten(archive, target, lambda member, data: b"x" + data[1:] if member.name.endswith("cdef") else data)


def lacking(archive: Path, target: Path) -> Path:
    return rewritten(archive, target, lambda member, data: None if member.name.endswith("cdef") else data)


def newer(archive: Path, target: Path) -> Path:
    def later(member: tarfile.TarInfo, data: bytes) -> bytes:
        return json.dumps({**json.loads(data), "format": 99}).encode() if member.name == "manifest.json" else data

    return rewritten(archive, target, later)


def climbing(archive: Path, target: Path) -> Path:
    def climb(member: tarfile.TarInfo, data: bytes) -> bytes:
        if member.name.endswith("cdef"):
            member.name = "../outside"
        return data

    return rewritten(archive, target, climb)


def with_a_link(archive: Path, target: Path) -> Path:
    shutil.copy(archive, target)
    with (
        gzip.open(archive) as packed,
        tarfile.open(fileobj=io.BytesIO(packed.read())) as old,
        tarfile.open(target, "w:gz") as new,
    ):
        link = tarfile.TarInfo("home/files/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        new.addfile(link)
        for member in old:
            new.addfile(member, old.extractfile(member))
    return target


def no_archive(_: Path, target: Path) -> Path:
    target.write_text("just a letter")
    return target


def no_file(_: Path, target: Path) -> Path:
    return target


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (cut_off, "cannot be read as a backup"),
        (without_manifest, "ends before its manifest"),
        (changed, "“home/files/ab/cdef” in"),
        (lacking, "“home/files/ab/cdef” in"),
        (newer, "which is newer"),
        (climbing, "holds “../outside”, which no backup holds"),
        (with_a_link, "holds “home/files/link”, which no backup holds"),
        (no_archive, "cannot be read as a backup"),
        (no_file, "There is no file"),
    ],
)
def test_a_bad_archive_changes_nothing(
    written: tuple[Installation, Path], tmp_path: Path, spoil: Callable[[Path, Path], Path], sentence: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "kept").write_text("kept")
    done = Installation(home).run("restore", "--force", spoil(written[1], tmp_path / "bad.tar.gz"))
    assert done.returncode == 3
    *progress, said = done.stderr.splitlines()
    assert sentence in said
    assert all(line.startswith("Unpacking and proving") for line in progress)
    assert [path.name for path in sorted(home.iterdir())] == ["kept", "serve.lock"]


def test_an_archive_of_the_other_engine_is_refused(written: tuple[Installation, Path], tmp_path: Path) -> None:
    target = Installation(tmp_path / "home", {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    done = target.run("restore", "--force", written[1])
    assert done.returncode == 3
    assert "The archive holds a database of sqlite. Leave DATABASE_URL unset." in done.stderr


def pg_rows(address: str) -> int:
    with psycopg.connect(address) as connection:
        found = connection.execute(COUNT).fetchone()
        assert found
        count: int = found[0]
        return count


@pytest.mark.pg
def test_a_backup_of_postgresql_comes_back(install: Install, new_database: NewDatabase, tmp_path: Path) -> None:
    databases = [new_database(with_tables=True), new_database()]
    source = install(tmp_path / "source", {"DATABASE_URL": databases[0]})
    with psycopg.connect(databases[0]) as connection:
        connection.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, %s)", ROW
        )
    fill(source.home)
    archive = tmp_path / "archive.tar.gz"
    done = source.run("backup", archive)
    assert done.returncode == 0, done.stderr

    target = Installation(tmp_path / "target", {"DATABASE_URL": databases[1]})
    done = target.run("restore", archive)
    assert done.returncode == 0, done.stderr
    assert pg_rows(databases[1]) == 1
    assert (target.home / "files" / "ab" / "cdef").read_bytes() == (source.home / "files" / "ab" / "cdef").read_bytes()
    assert target.run("check").returncode == 0

    refused = target.run("restore", archive)
    assert refused.returncode == 3
    assert "Add --force" in refused.stderr


@pytest.mark.pg
def test_a_dump_that_fails_half_way_leaves_the_tables_and_the_files(
    install: Install, new_database: NewDatabase, tmp_path: Path
) -> None:
    database = new_database(with_tables=True)
    target = install(tmp_path / "home", {"DATABASE_URL": database})
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, %s)", ROW
        )
        connection.execute("CREATE SCHEMA elsewhere")
        connection.execute("CREATE TABLE elsewhere.in_the_way (id integer)")
    fill(target.home)
    archive = tmp_path / "archive.tar.gz"
    assert target.run("backup", archive).returncode == 0
    (target.home / "files" / "later").write_text("later")
    before = contents(target.home / "files")

    # The dump brings the schema `elsewhere` too, which still exists: the restore fails after it dropped the tables.
    done = target.run("restore", archive, "--force")
    assert done.returncode == 3
    assert "psql failed, nothing was changed" in done.stderr
    assert pg_rows(database) == 1
    assert contents(target.home / "files") == before
    assert list(target.home.glob("before-restore-*")) == []
