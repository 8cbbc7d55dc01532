"""How property tests run: no time limit on one example, because a busy machine is no fault of the code.

QSMS_TEST_EXAMPLES=2000 looks deeper than the suite has time for.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("house", deadline=None, max_examples=int(os.environ.get("QSMS_TEST_EXAMPLES", "100")))
settings.load_profile("house")
