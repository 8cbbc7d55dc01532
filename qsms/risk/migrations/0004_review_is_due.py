from django.db import migrations
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

BATCH = 500
WHY = "The review day is the day on which the hazard is due: lists and counts of what is late know it now."
DAY = {"sqlite": "due_on", "postgresql": "to_char(due_on, 'YYYY-MM-DD')"}
SPAN = {
    "sqlite": "substr(due_on, 1, 7) || '.' || ((substr(due_on, 9, 2) - 1) / 8)",
    "postgresql": "to_char(due_on, 'YYYY-MM.') || ((to_char(due_on, 'DD')::int - 1) / 8)",
}
COUNTED = """
INSERT INTO records_tally (organisation_id, measure, kind, site, confidential, a, b, n)
SELECT organisation_id, 'due', kind, COALESCE(site_id, 0), confidential, {day}, '', count(*)
FROM records_record WHERE kind = 'hazard' AND phase < 3 AND due_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7
UNION ALL
SELECT organisation_id, 'owner', kind, COALESCE(site_id, 0), confidential, CAST(COALESCE(owner_id, 0) AS varchar(20)),
    {span}, count(*)
FROM records_record WHERE kind = 'hazard' AND phase < 3 AND due_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def carry(apps, schema_editor):
    """Hand each review day to the record, tell it in its history, and count the hazards with a day again."""
    hazard, record = apps.get_model("risk", "Hazard"), apps.get_model("records", "Record")
    deed, change = apps.get_model("records", "Deed"), apps.get_model("records", "Change")
    differing = hazard.everywhere.filter(review_on__isnull=False).filter(~Q(due_on=F("review_on")) | Q(due_on=None))
    last, now = 0, timezone.now()
    while rows := list(
        differing.filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", "organisation_id", "version", "due_on", "review_on")[:BATCH]
    ):
        last = rows[-1][0]
        deeds = deed.everywhere.bulk_create(
            deed(
                organisation_id=organisation, record_id=pk, at=now, label="System", verb="edited", reason=WHY,
                version=version + 1, detail={},
            )
            for pk, organisation, version, _due, _review in rows
        )
        change.objects.bulk_create(
            change(deed_id=told.pk, field="due_on", old=due.isoformat() if due else "", new=review.isoformat())
            for told, (_pk, _organisation, _version, due, review) in zip(deeds, rows, strict=True)
        )
        for pk, _organisation, version, _due, review in rows:
            record.everywhere.filter(pk=pk).update(due_on=review, version=version + 1)
    if last:
        apps.get_model("records", "Tally").objects.filter(kind="hazard", measure__in=("due", "owner")).delete()
        engine = schema_editor.connection.vendor
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(COUNTED.format(day=DAY[engine], span=SPAN[engine]))


def hand_back(apps, schema_editor):
    hazard, record = apps.get_model("risk", "Hazard"), apps.get_model("records", "Record")
    hazard.everywhere.update(review_on=Subquery(record.everywhere.filter(pk=OuterRef("pk")).values("due_on")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0006_late_tallies'),
        ('risk', '0003_acceptance_warned'),
    ]

    operations = [
        migrations.RunPython(carry, hand_back),
    ]
