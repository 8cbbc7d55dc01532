"""The verbs of reports: file, judge, ask, answer, merge, raise, publish."""

from .filing import Filed, file_report
from .mailbox import answer, ask, open_mailbox, own_mailbox
from .publishing import Unconfirmed, publish, withdraw
from .triage import ask_to_judge, convert, judge, merge, not_the_same, related

__all__ = [
    "Filed",
    "Unconfirmed",
    "answer",
    "ask",
    "ask_to_judge",
    "convert",
    "file_report",
    "judge",
    "merge",
    "not_the_same",
    "open_mailbox",
    "own_mailbox",
    "publish",
    "related",
    "withdraw",
]
