"""Opening a file of unknown origin in a process of its own, with little memory and little time."""

from .running import SECONDS, run

__all__ = ["SECONDS", "run"]
