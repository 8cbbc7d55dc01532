"""Requests from before they could name several documents: the one that they name shows in the list, and those that an
open one names by a link are asked for like it."""

from typing import Any

from django.db import migrations

DONE = 3


def fill(apps: Any, _schema: Any) -> None:
    requests = apps.get_model("documents", "ChangeRequest")._base_manager
    documents = apps.get_model("documents", "Document")._base_manager
    links = apps.get_model("records", "Link")._base_manager
    named = requests.filter(document__isnull=False, documents="").values_list("pk", "document_id", "phase")
    for pk, document_id, phase in list(named):
        linked = links.filter(source_id=pk, relation="changes", target__kind="document").exclude(target_id=document_id)
        also = list(linked.order_by("pk").values_list("target_id", flat=True)) if phase < DONE else []
        rows = {
            key: (number, number if confidential else code or number)
            for key, number, code, confidential in documents.filter(pk__in=[document_id, *also]).values_list(
                "pk", "number", "code", "confidential"
            )
        }
        told = ", ".join(rows[key][1] for key in (document_id, *also))[:250]
        requests.filter(pk=pk).update(documents=told, also_documents=[rows[key][0] for key in also])


class Migration(migrations.Migration):
    dependencies = [("documents", "0008_several_documents"), ("records", "0010_task_done")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
