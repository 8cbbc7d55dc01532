"""Controlled documents: written, reviewed, signed, made effective, given out and acknowledged."""
