"""Where the real files for trying the kit are, when this machine has them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_data() -> Path | None:
    """The folder with the reference files: QSMS_TEST_SHARED_DATA, or shared/data beside one of the folders above."""
    given = os.environ.get("QSMS_TEST_SHARED_DATA")
    if given:
        return Path(given)
    found = (folder / "shared" / "data" for folder in Path(__file__).resolve().parents)
    return next((folder for folder in found if folder.is_dir()), None)


def shared_files(*patterns: str) -> list[Path]:
    """The files that match, for parametrising; one stand-in that skips when there are none."""
    folder = shared_data()
    found = [path for pattern in patterns for path in folder.glob(pattern)] if folder else []
    return sorted(found) or [Path("missing")]


def need(path: Path) -> Path:
    """`path`, or a loud skip where the reference files are not on this machine."""
    if not path.exists():
        pytest.skip(f"reference files not found ({path}); set QSMS_TEST_SHARED_DATA to their folder")
    return path


def need_shared(name: str) -> Path:
    """One reference file by its path under the folder, or a loud skip."""
    return need((shared_data() or Path("missing")) / name)
