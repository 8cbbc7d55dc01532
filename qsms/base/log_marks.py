"""The mark of the request on each line of the log: the same that an answer of the API and the history carry."""

from __future__ import annotations

import logging

from . import context


class Mark(logging.Filter):
    """Gives every line its `mark`; "-" outside a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.mark = context.current().request_id or "-"
        return True
