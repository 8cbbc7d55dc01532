"""Browsers signed in as the cast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import Cast

Login = Callable[[str], Client]


@pytest.fixture
def login(cast: Cast) -> Login:
    """A browser that is signed in as one of the cast."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast.account(name))
        return client

    return sign_in
