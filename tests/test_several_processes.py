"""A document that holds for several processes is found by each, and counts as evidence for each."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from qsms.documents import placing
from qsms.documents.tests.makers import document, effective, revision
from qsms.org.models import Process
from qsms.records import history, processes
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import AlsoProcess
from qsms.rules.frameworks import Reference
from qsms.standards import adopting, binding
from qsms.standards.binding import Given
from qsms.standards.models import Adoption
from tests.cast import Cast

pytestmark = pytest.mark.django_db
CLAUSE = Reference("iso-9001/2015", "7.5.3.1")


def test_a_document_of_two_processes_is_found_and_counts_in_both(cast: Cast) -> None:
    line, base, dock = (
        Process.objects.create(organisation=cast.organisation, code=code, name=f"Process {code}")
        for code in ("line", "base", "dock")
    )
    quality = cast.actor("quality")
    held = effective(cast, revision(cast, document(cast, process=line, site=None)))
    plain = document(cast, title="Elsewhere", process=dock, site=None)
    client = Client()
    client.force_login(cast.account("quality"))
    page = client.get(f"/r/document/{held.number}/").content.decode()
    assert "Process line alone." in page
    answer = client.post(f"/documents/processes/{held.number}/", {"process": [base.pk]})
    assert answer.status_code == 303, answer.content.decode()
    placing.put(quality, held.pk, [base.pk, line.pk])
    assert processes.also_of(held) == [base.pk], "its own is not named twice"
    assert "Process base" in client.get(f"/r/document/{held.number}/").content.decode()
    assert history.entries(held)[0].verb == placing.PLACED

    def listed(process: Process) -> bool:
        return held.number in client.get(f"/r/document/?phase=all&process={process.pk}").content.decode()

    assert (listed(line), listed(base), listed(dock)) == (True, True, False)
    assert plain.number in client.get(f"/r/document/?phase=all&process={dock.pk}").content.decode()
    assert client.get(f"/api/v1/document/?phase=all&process={base.pk}").json()["items"][0]["number"] == held.number

    # Evidence counts for an adoption of either process, and of no third one.
    for process, counts in ((line, True), (base, True), (dock, False)):
        adoption = adopting.adopt(quality, CLAUSE.framework, {"process": process.pk})
        assert isinstance(adoption, Adoption)
        if process == line:
            binding.bind(quality, held.pk, CLAUSE, Given(as_of=dt.date(2026, 3, 1)))
        assert bool(binding.counted(binding.at(quality, CLAUSE), adoption)) is counts, process.name


def test_who_may_not_says_nothing_of_processes(cast: Cast) -> None:
    line = Process.objects.create(organisation=cast.organisation, code="line", name="Line")
    held = document(cast)
    with pytest.raises(Invalid, match="belongs to no process"):
        placing.put(cast.actor("quality"), held.pk, [line.pk])
    held = document(cast, process=line)
    with pytest.raises(Invalid, match="not in your organisation"):
        placing.put(cast.actor("quality"), held.pk, [line.pk + 1000])
    with pytest.raises((NotVisible, Refused)):
        placing.put(cast.actor("owner"), held.pk, [line.pk])
    with pytest.raises(NotVisible):
        placing.put(cast.actor("outsider"), held.pk, [])
    assert not AlsoProcess.everywhere.exists()
