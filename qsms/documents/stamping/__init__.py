"""A PDF that somebody brought, with a foot of ours under every page."""

from .running import CannotStamp, stamped

__all__ = ["CannotStamp", "stamped"]
