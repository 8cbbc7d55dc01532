from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    """An installation folder of its own."""
    settings.HOME = tmp_path / "home"
    return tmp_path / "home"
