"""`qsms serve`: one parent that loads the program once and forks the web workers and the job worker from it.

The parent stays small, shares its memory with the others, and answers for them: it prints the address when a page
really came back, starts a worker again that died, and stops everything within STOP_SECONDS.

A web worker is gunicorn's, run by this parent: gunicorn's own would be one more process that holds its memory, to do
what the parent does already.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import gc
import http.client
import importlib
import os
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from qsms import cli
from qsms.base import garbage
from qsms.base.console import Refused, note, say
from qsms.site.supervisor import Supervisor, in_child

STOP_SECONDS = 30
START_SECONDS = 60
# Of malloc.h in the C library of GNU.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
LARGE_BYTES = 64 * 1024


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="the port to listen at, instead of PORT or 8000")


def run(options: argparse.Namespace) -> int:
    """Starts the server and the job worker, and prints the address once it answers.

    Brings the database to this version first, and in demo mode loads the demonstration organisation into an empty
    one. SIGTERM and Ctrl-C let running requests and jobs end, for half a minute at most.
    """
    if options.port is not None:
        os.environ["PORT"] = str(options.port)
    from qsms.config import settings
    from qsms.config.home import HOME, SERVED_AT

    listener = listen(settings.BIND, settings.PORT)
    # Held as long as any process of this server lives; `qsms restore` asks for it.
    with (HOME / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        (HOME / SERVED_AT).write_text(settings.BASE_URL, encoding="utf-8")
        cli.set_up_django()
        code = in_child(lambda: cli.told("qsms serve", _make_ready), meanwhile=_load)
        if code:
            return code
        return _serve(listener, settings)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at `host` and `port`; whoever calls before the server is up waits in its queue."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise Refused(
            f"QSMS_BIND is “{host}”, which is no address of this machine. Write 127.0.0.1 or 0.0.0.0."
        ) from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Each caller's socket takes it over: without it the end of an answer waits 40 ms until its head is confirmed.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind(address)
    except PermissionError as error:
        raise Refused(f"Port {port} is kept for the system. Set PORT to a number above 1023.") from error
    except OSError as error:
        raise Refused(
            f"Cannot listen at {host} port {port}: {os.strerror(error.errno or 0).lower()}. "
            f"Stop what uses it, or choose another port: PORT={port + 1 if port < 65535 else 8000}."
        ) from error
    listener.listen(1024)
    return listener


def _make_ready() -> int:
    from qsms.site.prepare import make_ready

    return make_ready()


def _load() -> None:
    """Loads all pages: whatever is there before the fork is in memory once.

    Not the application around them, which looks for static files that are perhaps collected just now.
    """
    from django.urls import get_resolver

    with garbage.looked_for_seldom():
        for name in ("qsms.base.jobs.worker", "gunicorn.app.base", "gunicorn.workers.gthread", "gunicorn.glogging"):
            importlib.import_module(name)
        _ = get_resolver().url_patterns


def _serve(listener: socket.socket, settings: Any) -> int:
    from django.db import connections

    from qsms.config.wsgi import application

    _give_memory_back()
    connections.close_all()
    gc.collect()
    gc.freeze()
    # Without this the collector believes that all of it is still there to grow by a quarter, and lets garbage lie.
    gc.collect()
    garbage.look_for_it_less_often()

    family, address = listener.family, listener.getsockname()[:2]
    supervisor = Supervisor(STOP_SECONDS)
    for number in range(settings.WEB_WORKERS):
        supervisor.keep(f"web worker {number + 1}", lambda: _serve_pages(listener, application, settings))
    for number in range(settings.JOB_WORKERS):
        supervisor.keep(f"job worker {number + 1}", lambda: _do_jobs(listener))

    late_at = time.monotonic() + START_SECONDS

    def announce() -> bool:
        if answers(family, address):
            say(f"OpenQSMS answers at {settings.BASE_URL} (Ctrl-C stops it).")
            return False
        if time.monotonic() > late_at:
            note("OpenQSMS has not answered for a minute. The lines above may say why; `qsms check` looks for causes.")
            return False
        return True

    supervisor.watch(announce)
    return cli.DONE


def answers(family: socket.AddressFamily, address: tuple[str, int]) -> bool:
    """Whether the server at `address` gives back /healthz with 200."""
    host, port = address
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    caller = http.client.HTTPConnection(host, port, timeout=1)
    try:
        caller.request("GET", "/healthz", headers={"Host": "localhost"})
        return caller.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        caller.close()


def _serve_pages(listener: socket.socket, application: Callable[..., Any], settings: Any) -> None:
    from gunicorn.app.base import BaseApplication

    class WebServer(BaseApplication):
        def load_config(self) -> None:
            wanted = {
                "worker_class": "gthread",
                "threads": settings.WEB_THREADS,
                "graceful_timeout": STOP_SECONDS - 5,
                "keepalive": 15,
                "loglevel": "warning",
                "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108 - beats of workers
            }
            for name, value in wanted.items():
                self.cfg.set(name, value)

        def load(self) -> Callable[..., Any]:
            return application

    # gunicorn looks at the command line for settings of its own.
    sys.argv = sys.argv[:1]
    server = WebServer()
    cfg = server.cfg
    worker = cfg.worker_class(1, os.getppid(), [listener], server, cfg.timeout, cfg, cfg.logger_class(cfg))
    worker.init_process()


def _do_jobs(listener: socket.socket) -> None:
    from qsms.base.jobs.worker import main

    # Whoever calls while no web worker lives waits for the next one, not for a job.
    listener.close()
    main()


def _give_memory_back() -> None:
    # The C library gives each thread memory of its own to take from. Python lets one thread run at a time, so that
    # only leaves more of it unused. And a large text, of which a page makes some, goes back as soon as it is sent.
    # Elsewhere than with glibc there is nothing to be set.
    if sys.platform == "linux" and (set_option := getattr(ctypes.CDLL(None), "mallopt", None)):
        set_option(M_ARENA_MAX, 1)
        set_option(M_TRIM_THRESHOLD, LARGE_BYTES)
        set_option(M_MMAP_THRESHOLD, LARGE_BYTES)
