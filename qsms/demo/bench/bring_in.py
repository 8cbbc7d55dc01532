"""How fast a file of somebody else's comes in: `qsms import` on a CSV, from the file to full records with history."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from qsms.org.models import Organisation, Site
from qsms.records import registry

from . import seed


def rows_a_second(kind: str, organisation_id: int, rows: int, environment: Mapping[str, str], folder: Path) -> float:
    """Import so many rows into the scratch database, the start of the command included; 0 for none."""
    if not rows:
        return 0
    path = folder / "import.csv"
    organisation = Organisation.objects.get(pk=organisation_id)
    _write(path, kind, organisation, rows)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "qsms.cli", "import", kind, str(path), "--organisation", organisation.code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.monotonic() - began
    path.unlink()
    if done.returncode:
        raise RuntimeError(f"The import of {rows} rows failed: {done.stderr.strip() or done.stdout.strip()}")
    return rows / took


def _write(path: Path, kind: str, organisation: Organisation, rows: int) -> None:
    sheet = registry.get(kind)
    rng = random.Random(rows)  # noqa: S311 sample data, nothing secret
    sites = list(Site.objects.filter(organisation=organisation).order_by("pk").values_list("code", flat=True))[2:]
    # A reference that no earlier run brought: whatever is known already would be passed over.
    batch = time.time_ns()
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        names: list[str] = []
        for row in range(rows):
            values = seed.form_values(sheet, rng)
            values.pop("disciplines", None)
            values |= {"site": rng.choice(sites), sheet.import_key: f"B{batch}-{row}"}
            if not names:
                names = list(values)
                out.writerow(names)
            out.writerow([values[name] for name in names])
