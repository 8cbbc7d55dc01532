"""The words of a file, read in a process of its own with little memory and little time."""

from .running import Extracted, extract

__all__ = ["Extracted", "extract"]
