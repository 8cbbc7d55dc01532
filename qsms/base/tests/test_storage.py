import io
import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from qsms.base.storage import LocalStore, NotStored, TooLarge, store

DAY = 24 * 3600
CONTENT = b"evidence " * 1000
HASH = sha256(CONTENT).hexdigest()


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_content_comes_back_and_lies_once(home: Path) -> None:
    here = store()
    first = here.put(io.BytesIO(CONTENT))
    assert (first.sha256, first.size) == (HASH, len(CONTENT))
    assert here.put(io.BytesIO(CONTENT)) == first
    with here.open(HASH) as stream:
        assert stream.read() == CONTENT
    assert files_of(home / "files") == [home / "files" / "sha256" / HASH[:2] / HASH[2:4] / HASH]


def test_files_are_read_only_and_closed_to_others(home: Path) -> None:
    here = store()
    here.put(io.BytesIO(CONTENT))
    (only,) = files_of(home / "files")
    assert stat.S_IMODE(only.stat().st_mode) == 0o440
    assert stat.S_IMODE((home / "files").stat().st_mode) == 0o700


def test_many_writers_of_one_content_end_with_one_file(tmp_path: Path) -> None:
    here = LocalStore(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        stored = set(pool.map(lambda _n: here.put(io.BytesIO(CONTENT)), range(40)))
    assert len(stored) == 1
    assert len(files_of(tmp_path)) == 1
    assert here.verify(HASH)


def test_too_much_is_refused_while_it_comes_and_leaves_nothing(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"\0" * size

    endless = Endless()
    with pytest.raises(TooLarge, match="larger than 3 MB"):
        LocalStore(tmp_path).put(endless, limit_bytes=3 * 1024 * 1024)  # type: ignore[arg-type]
    assert endless.given <= 5 * 1024 * 1024
    assert files_of(tmp_path) == []


def test_verify_notices_a_changed_and_a_missing_file(tmp_path: Path) -> None:
    here = LocalStore(tmp_path)
    assert not here.verify(HASH)
    here.put(io.BytesIO(CONTENT))
    (only,) = files_of(tmp_path)
    only.chmod(0o600)
    only.write_bytes(CONTENT.replace(b"evidence", b"evidencE"))
    assert here.has(HASH)
    assert not here.verify(HASH)


def test_a_cut_off_file_is_mended_by_the_next_put(tmp_path: Path) -> None:
    here = LocalStore(tmp_path)
    here.put(io.BytesIO(CONTENT))
    (only,) = files_of(tmp_path)
    only.chmod(0o600)
    only.write_bytes(CONTENT[:10])
    here.put(io.BytesIO(CONTENT))
    assert here.verify(HASH)


def test_removing_twice_is_no_error_and_the_file_is_gone(tmp_path: Path) -> None:
    here = LocalStore(tmp_path)
    here.put(io.BytesIO(CONTENT))
    here.remove(HASH)
    here.remove(HASH)
    assert not here.has(HASH)
    with pytest.raises(NotStored, match="not in the store"):
        here.open(HASH)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", HASH.upper(), HASH + "0", "/" + HASH[1:]])
def test_a_hash_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        LocalStore(tmp_path).open(name)


PUT_FOR_EVER = """
import io, sys
from pathlib import Path
from qsms.base.storage import LocalStore
store, number = LocalStore(Path(sys.argv[1])), 0
print("ready", flush=True)
while True:
    number += 1
    print(store.put(io.BytesIO(str(number).encode() * 300_000)).sha256, flush=True)
"""


def test_kill_9_loses_nothing_that_was_acknowledged_and_shows_nothing_half(tmp_path: Path) -> None:
    here = LocalStore(tmp_path)
    for round_ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", PUT_FOR_EVER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        acknowledged = [process.stdout.readline().strip() for _ in range(3 + round_)]
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert all(here.verify(one) for one in acknowledged)
    assert all(here.verify(path.name) for path in files_of(tmp_path / "sha256"))


def test_drafts_of_killed_writers_are_swept_once_they_are_old(tmp_path: Path) -> None:
    here, drafts = LocalStore(tmp_path), tmp_path / "drafts"
    here.put(io.BytesIO(CONTENT))
    for name, age in (("young", 3600), ("old", 25 * 3600)):
        (drafts / name).touch()
        os.utime(drafts / name, (time.time() - age, time.time() - age))
    assert here.sweep(24 * 3600) == 1
    assert [path.name for path in files_of(drafts)] == ["young"]
    assert here.verify(HASH)


def made_old(here: LocalStore, sha256: str) -> None:
    aged = time.time() - 8 * DAY
    os.utime(here._path(sha256), (aged, aged))


def test_old_content_is_named_and_goes_unless_it_was_put_again(tmp_path: Path) -> None:
    here = LocalStore(tmp_path)
    here.put(io.BytesIO(CONTENT))
    young = here.put(io.BytesIO(b"young")).sha256
    assert list(here.old(7 * DAY)) == []
    made_old(here, HASH)
    assert list(here.old(7 * DAY)) == [HASH]
    assert not here.remove_old(young, 7 * DAY)
    assert here.verify(young)
    here.put(io.BytesIO(CONTENT))
    assert not here.remove_old(HASH, 7 * DAY)
    assert here.verify(HASH)
    made_old(here, HASH)
    assert here.remove_old(HASH, 7 * DAY)
    assert not here.has(HASH)
    assert not here.remove_old(HASH, 7 * DAY)
    assert files_of(tmp_path / "drafts") == []


def test_content_that_goes_while_it_is_put_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = LocalStore(tmp_path)
    here.put(io.BytesIO(CONTENT))
    made_old(here, HASH)
    touch = os.utime

    def swept_first(path: Path) -> None:
        monkeypatch.setattr(os, "utime", touch)
        assert here.remove_old(HASH, 7 * DAY)
        touch(path)

    monkeypatch.setattr(os, "utime", swept_first)
    here.put(io.BytesIO(CONTENT))
    assert here.verify(HASH)
