"""No test talks to anything but this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

NEAR = {"localhost", "127.0.0.1", "::1", "", None}


class NetworkRefused(AssertionError):
    """A test, or the code that it calls, reached for another machine."""


def _check(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in NEAR and not str(name).startswith("127."):
        raise NetworkRefused(f"A test tried to reach “{name}”. Tests use this machine only.")


class ClosedSocket(socket.socket):
    """A socket that connects to this machine only: loopback addresses and Unix sockets."""

    def connect(self, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _check(address[0])
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _check(address[0])
        return super().connect_ex(address)


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """For the whole run, names of other machines are not looked up and their addresses not called."""
    look_up = socket.getaddrinfo

    def near_only(host: Any, *rest: Any, **options: Any) -> Any:
        _check(host)
        return look_up(host, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", ClosedSocket)
        patch.setattr(socket, "getaddrinfo", near_only)
        yield
