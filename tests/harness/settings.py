"""The real settings, in a folder that this process makes for itself and removes at its end.

What the developer has in the environment has no say, except QSMS_TEST_DATABASE_URL: the PostgreSQL to run on.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, cast

_HOME = Path(tempfile.mkdtemp(prefix="qsms-test-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("QSMS_") and not name.startswith("QSMS_TEST_")]:
    del os.environ[_name]
os.environ.pop("PORT", None)
os.environ["QSMS_HOME"] = str(_HOME)
os.environ["DATABASE_URL"] = os.environ.get("QSMS_TEST_DATABASE_URL", "")

from qsms.config import settings as _real  # noqa: E402
from qsms.config.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["*"]
# A record type of no room, made up to live through whatever the spine and the kits promise.
INSTALLED_APPS = [*_real.INSTALLED_APPS, "tests.newtype"]
# The real hasher is slow on purpose; no test depends on that.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_USE_FINDERS = True
MIDDLEWARE = [
    "tests.harness.static_files.FoundOnce" if one.startswith("whitenoise.") else one for one in _real.MIDDLEWARE
]
STORAGES = {
    **_real.STORAGES,
    # Names without hashes: nothing is collected for a test.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Nothing of all this must survive a power cut: what is written is not waited for until it is on the disk.
os.fsync = lambda fd: None

_database = cast("dict[str, Any]", _real.DATABASES["default"])
if _database["ENGINE"].endswith("sqlite3"):
    # A file, not memory: several connections must be able to meet in it.
    _database["TEST"] = {"NAME": str(_HOME / "test.sqlite3")}
    _database["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
else:
    _database["CONN_MAX_AGE"] = 0
