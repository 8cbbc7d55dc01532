"""Files from outside: what they really are, whether they may be kept, and how they are handed out again.

Nothing here unpacks an archive or runs anything. The type comes from the content; the name is only a claim.
"""

from qsms.base.files.headers import Servable, serve_headers
from qsms.base.files.inspection import FileFacts, inspect
from qsms.base.files.kinds import cannot_open
from qsms.base.files.metadata import CannotStrip, strip_metadata
from qsms.base.files.names import clean_name
from qsms.base.files.pictures import FORMATS as PICTURES
from qsms.base.files.pictures import Unreadable, small

__all__ = [
    "PICTURES", "CannotStrip", "FileFacts", "Servable", "Unreadable", "cannot_open", "clean_name", "inspect",
    "serve_headers", "small", "strip_metadata",
]  # fmt: skip
