"""The command `qsms`: one table of subcommands, each imported when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from qsms.base import garbage
from qsms.base.console import Refused, note
from qsms.base.env import TRUE, BadSetting

DONE, FOUND_PROBLEMS, BAD_USAGE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130

EXIT_CODES = """\
exit codes:
  0  done
  1  the command looked for problems and found some
  2  the command line could not be understood
  3  refused or failed; one sentence on standard error says why (QSMS_DEBUG=1 adds the traceback)
"""


@dataclass(frozen=True)
class Command:
    """One subcommand: what is typed, what it does, and where its two functions are, as "module:function".

    `run` takes the parsed options and returns an exit code, or None for 0. `arguments` takes an
    argparse parser and declares the options. Both modules are imported only when the command is used. Django is
    set up before `run`, unless `django` is off.
    """

    name: str
    summary: str
    run: str
    arguments: str = ""
    django: bool = True


COMMANDS = (
    Command("init", "found an empty organisation", "qsms.site.accounts.init:run", "qsms.site.accounts.init:arguments"),
    Command("serve", "start the server and the job worker", "qsms.site.serve:run", "qsms.site.serve:arguments", False),
    Command(
        "link", "print a one-time sign-in link", "qsms.site.accounts.link:run", "qsms.site.accounts.link:arguments"
    ),
    Command("migrate", "bring the database to this version", "qsms.site.prepare:run_migrate"),
    Command("check", "look for what would stop this installation", "qsms.site.check:run"),
    Command("search rebuild", "write every search document again", "qsms.search.rebuild:run"),
    Command(
        "import",
        "bring tables in as full records",
        "qsms.exchange.commands:run_import",
        "qsms.exchange.commands:import_arguments",
    ),
    Command(
        "export",
        "write a list to a file or to standard output",
        "qsms.exchange.commands:run_export",
        "qsms.exchange.commands:export_arguments",
    ),
    Command(
        "import framework",
        "bring in a standard of your own",
        "qsms.standards.commands:run_import",
        "qsms.standards.commands:import_arguments",
    ),
    Command(
        "export framework",
        "write a standard to a file or to standard output",
        "qsms.standards.commands:run_export",
        "qsms.standards.commands:export_arguments",
    ),
    Command(
        "import crosswalk",
        "bring in how requirements relate",
        "qsms.standards.commands:run_import_pairs",
        "qsms.standards.commands:import_pairs_arguments",
    ),
    Command(
        "export crosswalk",
        "write how requirements relate to a file or to standard output",
        "qsms.standards.commands:run_export_pairs",
        "qsms.standards.commands:export_pairs_arguments",
    ),
    Command(
        "backup", "write database, files and keys to one archive", "qsms.site.backup:run", "qsms.site.backup:arguments"
    ),
    Command(
        "history verify",
        "prove that the history holds together",
        "qsms.site.verify:run",
        "qsms.site.verify:arguments",
    ),
    Command("token create", "make a token for a program", "qsms.api.command:run", "qsms.api.command:arguments"),
    Command("token list", "show the tokens of programs", "qsms.api.command:show", "qsms.api.command:list_arguments"),
    Command("token revoke", "take a token back", "qsms.api.command:revoke", "qsms.api.command:revoke_arguments"),
    Command(
        "demo load",
        "load the demonstration organisation",
        "qsms.demo.load.command:run",
        "qsms.demo.load.command:arguments",
    ),
    Command(
        "bench",
        "measure this installation's speed on a scratch database",
        "qsms.demo.bench.run:run",
        "qsms.demo.bench.run:arguments",
    ),
    Command(
        "restore", "bring back what an archive holds", "qsms.site.restore:run", "qsms.site.restore:arguments", False
    ),
)


def main(argv: Sequence[str] | None = None, commands: Sequence[Command] = COMMANDS) -> int:
    """Runs the command line `argv` and returns its exit code."""
    # What a command writes (database, exports, archives) is for whoever runs it, and for no other account.
    os.umask(0o077)
    words = list(sys.argv[1:] if argv is None else argv)
    command = find(words, commands)
    if command is None:
        return overview(words, commands)
    return told(f"qsms {command.name}", lambda: _run(command, words[len(command.name.split()) :]))


def told(who: str, work: Callable[[], int | None]) -> int:
    """Does `work` and returns its exit code; what goes wrong becomes one sentence on standard error and a code."""
    try:
        return work() or DONE
    except (Refused, BadSetting) as refusal:
        if _debugging():
            raise
        note(f"{who}: {refusal}")
        return FAILED
    except KeyboardInterrupt:
        note(f"{who}: stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone, as in `qsms export ... | head`; nothing more can be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as failure:
        if _debugging():
            raise
        text = " ".join(str(failure).split())
        note(f"{who}: {type(failure).__name__}: {text} (QSMS_DEBUG=1 shows where)")
        return FAILED


def _debugging() -> bool:
    # Not by the strict reader: nonsense in the variable must not hide what went wrong.
    return os.environ.get("QSMS_DEBUG", "").lower() in TRUE


def find(words: Sequence[str], commands: Sequence[Command] = COMMANDS) -> Command | None:
    """The command that the words begin with, the longest name first."""
    for command in sorted(commands, key=lambda one: -len(one.name.split())):
        name = command.name.split()
        if list(words[: len(name)]) == name:
            return command
    return None


def overview(words: Sequence[str], commands: Sequence[Command] = COMMANDS) -> int:
    """Answers a line that names no command: help if it was asked for, else what is wrong with it."""
    asked = any(word in {"-h", "--help"} for word in words)
    group = words[0] if words and not words[0].startswith("-") else ""
    listed = [one for one in commands if one.name.startswith(f"{group} ")] if group else list(commands)
    if words and words[0] == "--version":
        from qsms import __version__

        sys.stdout.write(f"OpenQSMS {__version__}\n")
        return DONE
    if group and not listed:
        note(f"qsms: “{group}” is no command. `qsms --help` lists them.")
        return BAD_USAGE
    width = max(len(one.name) for one in listed)
    lines = [f"  {one.name:<{width}}  {one.summary}" for one in listed]
    head = f"usage: qsms {group or 'COMMAND'} ...".replace(" COMMAND ...", " COMMAND [options]")
    text = "\n".join([head, "", "commands:", *lines, "", "`qsms COMMAND --help` explains one of them.", "", EXIT_CODES])
    (sys.stdout if asked else sys.stderr).write(text)
    return DONE if asked else BAD_USAGE


def parser(command: Command) -> argparse.ArgumentParser:
    """What understands a subcommand's line and explains it."""
    found = argparse.ArgumentParser(
        prog=f"qsms {command.name}",
        description=inspect.cleandoc(_load(command.run).__doc__ or command.summary),
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if command.arguments:
        _load(command.arguments)(found)
    return found


def _run(command: Command, words: Sequence[str]) -> int | None:
    run = _load(command.run)
    options = parser(command).parse_args(words)
    if command.django:
        set_up_django()
    code: int | None = _with_tables(run, options) if command.django else run(options)
    return code


def _with_tables(run: Callable[..., Any], options: argparse.Namespace) -> int | None:
    """A database that was never migrated is told as such, not as the table that happened to be missed first."""
    from django.db import OperationalError, ProgrammingError

    try:
        code: int | None = run(options)
    except (OperationalError, ProgrammingError):
        from qsms.site.check import database

        problem = next(database(), "")
        if problem:
            raise Refused(problem) from None
        raise
    return code


def _load(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def set_up_django() -> None:
    """Makes models and settings usable in this process."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qsms.config.settings")
    with garbage.looked_for_seldom():
        django.setup()


if __name__ == "__main__":
    sys.exit(main())
