"""What a client remembers of an answer: the context of the page, not copies of it for each of its many parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import client


@pytest.fixture(scope="session", autouse=True)
def pages_remembered_whole() -> Iterator[None]:
    """`answer.context` is that of the first template of the answer, which the parts only add to."""
    plain = client.store_rendered_templates  # type: ignore[attr-defined]

    def first_alone(store: dict[str, Any], *given: Any, **more: Any) -> None:
        if not store:
            plain(store, *given, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", first_alone)
        yield
