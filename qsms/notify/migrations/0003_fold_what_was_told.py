from itertools import groupby

from django.db import migrations
from django.db.models import Count, OuterRef, Subquery

MOST = 500


def fold(apps, schema_editor):
    """Fold what was told before there was folding, as it would have been: each entry under the next one of its person
    and record, unless it was read before that one came. What is older than an entry that was read counts as read."""
    news = apps.get_model("notify", "News")._base_manager
    rows = news.exclude(record=None).order_by("person_id", "record_id", "-pk")
    columns = rows.values_list("person_id", "record_id", "pk", "under_id", "at", "read_at")
    moved = []
    for _whose, told in groupby(columns.iterator(chunk_size=2000), key=lambda row: row[:2]):
        top, newer_at, seen_at = None, None, None
        for _person, _record, pk, under, at, read_at in told:
            if under is not None:
                continue
            if top is None or (read_at is not None and read_at <= newer_at):
                top = pk
            else:
                moved.append((pk, top, read_at or seen_at))
            newer_at = at
            seen_at = read_at or seen_at
    for start in range(0, len(moved), MOST):
        part = [news.model(pk=pk, under_id=top, read_at=read_at) for pk, top, read_at in moved[start : start + MOST]]
        news.bulk_update(part, ["under_id", "read_at"])
        tops = {one.under_id for one in part}
        count = news.filter(under=OuterRef("pk")).values("under").annotate(n=Count("*")).values("n")
        news.filter(pk__in=tops).update(earlier=Subquery(count))


class Migration(migrations.Migration):

    dependencies = [('notify', '0002_folded')]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
