"""`qsms serve`: one parent that loads the program once and forks the web server and the job worker from it.

The parent stays small, shares its memory with the others, and answers for them: it prints the address when a page
really came back, starts a job worker again that died, and stops everything within STOP_SECONDS.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import gc
import http.client
import importlib
import os
import signal
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
M_ARENA_MAX = -8


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
        importlib.import_module("qsms.base.jobs.worker")
        _ = get_resolver().url_patterns


def _serve(listener: socket.socket, settings: Any) -> int:
    from django.db import connections

    from qsms.base.jobs.worker import main as job_worker
    from qsms.config.wsgi import application

    _share_one_arena()
    connections.close_all()
    gc.collect()
    gc.freeze()
    # Without this the collector believes that all of it is still there to grow by a quarter, and lets garbage lie.
    gc.collect()
    garbage.look_for_it_less_often()

    family, address = listener.family, listener.getsockname()[:2]
    supervisor = Supervisor(STOP_SECONDS)
    supervisor.keep("web server", lambda: _web_server(listener, application, settings), restart=False)
    # Only the web server may hold the socket: if it dies, callers must be refused and not wait for ever.
    listener.close()
    for number in range(settings.JOB_WORKERS):
        supervisor.keep(f"job worker {number + 1}", job_worker, restart=True)

    late_at = time.monotonic() + START_SECONDS

    def announce() -> bool:
        if answers(family, address):
            say(f"OpenQSMS answers at {settings.BASE_URL} (Ctrl-C stops it).")
            return False
        if time.monotonic() > late_at:
            note("OpenQSMS has not answered for a minute. The lines above may say why; `qsms check` looks for causes.")
            return False
        return True

    failed = supervisor.watch(announce)
    return cli.FAILED if failed else cli.DONE


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


def _web_server(listener: socket.socket, application: Callable[..., Any], settings: Any) -> None:
    from gunicorn.app.base import BaseApplication

    class WebServer(BaseApplication):
        def load_config(self) -> None:
            wanted = {
                "bind": f"fd://{listener.fileno()}",
                "worker_class": "gthread",
                "workers": settings.WEB_WORKERS,
                "threads": settings.WEB_THREADS,
                "preload_app": True,
                "graceful_timeout": STOP_SECONDS - 5,
                "timeout": 60,
                "keepalive": 15,
                "loglevel": "warning",
                "proc_name": "qsms",
                "control_socket_disable": True,
                "post_fork": _end_when_told,
                "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108 - beats of workers
            }
            for name, value in wanted.items():
                self.cfg.set(name, value)

        def load(self) -> Callable[..., Any]:
            return application

    # gunicorn looks at the command line for settings of its own.
    sys.argv = sys.argv[:1]
    WebServer().run()


def _share_one_arena() -> None:
    # The C library gives each thread memory of its own to take from. Python lets one thread run at a time, so that
    # only leaves more of it unused. Elsewhere than with glibc there is nothing to be set.
    if sys.platform == "linux" and (set_option := getattr(ctypes.CDLL(None), "mallopt", None)):
        set_option(M_ARENA_MAX, 1)


def _end_when_told(_arbiter: object, _worker: object) -> None:
    # Until a new worker listens to signals itself it has those of its parent, which would note the end and do nothing:
    # a server that was stopped while it started took its whole time of grace.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
