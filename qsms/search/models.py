"""The table behind search: one document a record, written in the transaction of the record."""

from __future__ import annotations

from django.db import models


class SearchDocument(models.Model):
    """The words of a record, folded. `engines` says which columns which engine uses, and keeps its index beside them.

    On SQLite triggers of this table keep the index: a migration that makes Django build the table anew has to put
    them back with `engines.install`.
    """

    record = models.OneToOneField(
        "records.Record", models.CASCADE, primary_key=True, related_name="search_document", db_index=False
    )
    # Number and title, long text, marks of scope. Empty on PostgreSQL, where a text vector holds all three.
    title = models.TextField(default="")
    body = models.TextField(default="")
    scope = models.TextField(default="")
