"""Where the installation keeps everything: known without the rest of the settings, and without making anything."""

from __future__ import annotations

from pathlib import Path

from qsms.base import env

# Every way into the program comes by here, before anything is read or written.
env.refuse_misspelt()
CODE = Path(__file__).resolve().parents[2]
HOME = Path(env.text("QSMS_HOME", str(CODE / "var"))).expanduser().resolve()
SQLITE = HOME / "qsms.sqlite3"
# There: the address that was served last, for commands that print a link.
SERVED_AT = "served_at"
