"""Files from outside: what they really are, whether they may be kept, and how they are handed out again.

Nothing here unpacks an archive or runs anything. The type comes from the content; the name is only a claim.
"""

from qsms.base.files.headers import serve_headers
from qsms.base.files.inspection import FileFacts, inspect
from qsms.base.files.metadata import CannotStrip, strip_metadata
from qsms.base.files.names import clean_name

__all__ = ["CannotStrip", "FileFacts", "clean_name", "inspect", "serve_headers", "strip_metadata"]
