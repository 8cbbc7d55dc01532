"""Requests from before they could name several documents show the one that they name."""

from typing import Any

from django.db import migrations


def fill(apps: Any, _schema: Any) -> None:
    requests = apps.get_model("documents", "ChangeRequest")._base_manager
    documents = apps.get_model("documents", "Document")._base_manager
    named = requests.filter(document__isnull=False, documents="").values_list("pk", "document_id")
    for pk, document_id in named.iterator():
        number, code, confidential = documents.values_list("number", "code", "confidential").get(pk=document_id)
        requests.filter(pk=pk).update(documents=number if confidential else code or number)


class Migration(migrations.Migration):
    dependencies = [("documents", "0008_several_documents")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
