"""E-mail: each message at once for those who want that, else one digest a day. Never a flood, never a narrative.

A letter about a confidential record names its number and nothing else; what happened is read after signing in.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.base import context, jobs, moment
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.models import Person
from qsms.records import tasks

from . import services
from .models import DigestDay, Letter, News

log = logging.getLogger(__name__)

DIGEST_HOUR = 7
MOST_LINES = 20
MOST_TRIES = 8
BATCH = 100


def mail_is_on() -> bool:
    """Whether this installation has a mail server at all."""
    return bool(getattr(settings, "MAIL_ON", False))


def write_single() -> int:
    """Letters for people who want each message; how many. Their news of the last minutes share one letter."""
    made = 0
    waiting = News.everywhere.filter(mailed_at=None, read_at=None, under=None, person__wants_mail="each")
    for person_id in list(waiting.values_list("person_id", flat=True).distinct()[:BATCH]):
        person = Person.objects.select_related("organisation", "account").get(pk=person_id)
        news = _mailable(person, waiting.filter(person_id=person_id).order_by("pk")[:MOST_LINES])
        if not news:
            continue
        subject = news[0].text if len(news) == 1 else _count(len(news))
        made += _write(person, subject, _told(person, news), news)
    return made


def write_digests(now: dt.datetime | None = None) -> int:
    """The day's digest for everybody whose morning it is and who has something in it; how many were written."""
    now = now or moment.now()
    made = 0
    people = Person.objects.select_related("organisation", "account").filter(is_active=True, wants_mail="digest")
    for person in people.exclude(email="").iterator(chunk_size=200):
        local = now.astimezone(ZoneInfo(person.zone or person.organisation.zone))
        if local.hour < DIGEST_HOUR:
            continue
        with write_transaction():
            _day, fresh = DigestDay.objects.get_or_create(person=person, defaults={"day": local.date()})
            if not fresh and not DigestDay.objects.filter(pk=person.pk, day__lt=local.date()).update(day=local.date()):
                continue
        made += _digest(person, now)
    return made


def _digest(person: Person, now: dt.datetime) -> int:
    with context.organisation(person.organisation_id):
        actor = actors.load(person, now.date())
        waiting = tasks.mine(actor)
        late = [one for one in waiting if one.due_at and one.due_at < now]
        fresh = News.everywhere.filter(person=person, mailed_at=None, read_at=None, under=None)
        news = _mailable(person, fresh.order_by("pk")[:200])
    if not late and not news:
        return 0
    lines = []
    if late:
        lines.append(ngettext("%(n)d task is late:", "%(n)d tasks are late:", len(late)) % {"n": len(late)})
        lines += [f"  {one.record.number}" for one in late[:MOST_LINES]]
    if news:
        lines.append(_("New since the last digest:"))
        lines += [f"  {line}" for line in _told(person, news[:MOST_LINES])]
        if len(news) > MOST_LINES:
            lines.append(_("  and %(n)d more") % {"n": len(news) - MOST_LINES})
    lines.append(ngettext("%(n)d task waits for you.", "%(n)d tasks wait for you.", len(waiting)) % {"n": len(waiting)})
    subject = _("Your day: %(late)d late, %(new)d new") % {"late": len(late), "new": len(news)}
    return _write(person, subject, lines, news)


def _mailable(person: Person, rows: Iterable[News]) -> list[News]:
    """Of these news what the person may still see. The rest never goes out: it counts as mailed, so that it is left."""
    news = list(rows)
    with context.organisation(person.organisation_id):
        seen = services.still_seen(actors.load(person, moment.now().date()), news)
    kept = {one.pk for one in seen}
    gone = [one.pk for one in news if one.pk not in kept]
    if gone:
        with write_transaction():
            News.everywhere.filter(pk__in=gone).update(mailed_at=moment.now())
    # What was told of a record before it became confidential must not name more than the number now.
    for one in seen:
        if one.record is not None and one.record.confidential and one.record.title in one.text:
            one.text = one.text.replace(one.record.title, "").strip()
    return seen


def _told(person: Person, news: Sequence[News]) -> list[str]:
    """The lines of these news: what happened, what stands under it, and where the rest is."""
    with context.organisation(person.organisation_id):
        under = (
            services.lines(actors.load(person, moment.now().date()), news) if any(one.detail for one in news) else {}
        )
    told = []
    for one in news:
        told += [one.text, *(f"  {line}" for line in under.get(one.pk, ()))]
        if one.path:
            told.append(f"  {settings.BASE_URL}{one.path}")
    return told


def _count(n: int) -> str:
    return ngettext("%(n)d message", "%(n)d messages", n) % {"n": n}


def _write(person: Person, subject: str, lines: Sequence[str], news: Sequence[News]) -> int:
    address = person.email or (person.account.email if person.account else "")
    foot = _("Open your work: %(url)s") % {"url": settings.BASE_URL + "/"}
    with write_transaction():
        News.everywhere.filter(pk__in=[one.pk for one in news]).update(mailed_at=moment.now())
        if not address:
            return 0
        Letter.objects.create(
            organisation_id=person.organisation_id,
            person=person,
            address=address,
            # A subject is one line, whatever a title holds.
            subject=" ".join(subject.split())[:180],
            body="\n".join([*lines, "", foot, ""]),
            made_at=moment.now(),
        )
    return 1


def waiting() -> bool:
    """Whether a letter is to be sent."""
    return mail_is_on() and Letter.objects.filter(sent_at=None, tries__lt=MOST_TRIES).exists()


def send(limit: int = BATCH) -> int:
    """Send what waits, in one connection; a letter that fails is tried again at a later round. How many were sent."""
    sent = 0
    rows = list(Letter.objects.filter(sent_at=None, tries__lt=MOST_TRIES).order_by("tries", "pk")[:limit])
    with get_connection() as connection:
        for letter in rows:
            with write_transaction():
                # Counted before sending: a crash in between may send twice, but never for ever.
                Letter.objects.filter(pk=letter.pk).update(tries=F("tries") + 1)
            try:
                EmailMessage(letter.subject, letter.body, to=[letter.address], connection=connection).send()
            except OSError as error:
                log.warning("Letter %s was not sent: %s", letter.pk, error)
                with write_transaction():
                    Letter.objects.filter(pk=letter.pk).update(error=str(error)[:500])
                continue
            with write_transaction():
                Letter.objects.filter(pk=letter.pk).update(sent_at=moment.now(), error="")
            sent += 1
    return sent


@jobs.every(120, only_if=mail_is_on)
def write_and_send() -> None:
    """The worker's round: single messages, digests in the morning, then the post."""
    write_single()
    write_digests()
    if waiting():
        send()
