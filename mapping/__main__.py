"""Common Ground from the command line: the same data and sums as the pages.

``python -m mapping COMMAND --help``; every command, status and JSON key is in
``docs/reference/commands.md``. Status 0; 1 where ``add`` rejected some rows; 2 with one sentence on
standard error where nothing was done.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path
from typing import NoReturn

from layers.errors import LayerError
from layers.exporting import EVERY_FORMAT
from layers.importing.columns import KINDS
from mapping import sheets, words
from mapping.commands import ask, bring, bring_choices, keep, purge, reach, scenario, undo

NOTHING_DONE = 2


class OneSentence(argparse.ArgumentParser):
    """A parser whose complaint is one line, as of everything else here."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and where to look."""
        sentence = words.say("cli.usage", message=message, command=self.prog)
        self.exit(NOTHING_DONE, f"{sentence}\n")


def parser() -> argparse.ArgumentParser:
    """Describe all commands."""
    top = OneSentence(prog="python -m mapping", description=words.say("cli.help"))
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, *, json: bool = True) -> argparse.ArgumentParser:
        about = words.say(f"cli.{name}")
        one = commands.add_parser(name, help=about, description=about)
        if json:
            one.add_argument("--json", action="store_true", help=words.say("cli.json"))
        return one

    new = command("new")
    new.add_argument("atlas", metavar="ATLAS")
    new.add_argument("--sample", action="store_true", help=words.say("cli.sample"))
    new.add_argument("--twin", action="store_true", help=words.say("cli.twin"))
    new.add_argument("--name", help=words.say("cli.name"))
    new.add_argument("--country", metavar="CODE", default="", help=words.say("cli.country"))
    new.add_argument("--timezone", metavar="ZONE", default="UTC", help=words.say("cli.timezone"))
    new.set_defaults(run=keep.new)

    add = command("add")
    add.add_argument("atlas", metavar="ATLAS")
    add.add_argument("file", metavar="FILE")
    add.add_argument("--as", dest="kind", metavar="KIND", choices=KINDS, help=" ".join(KINDS))
    bring_choices.arguments(add)
    add.set_defaults(run=bring.add)

    back = command("undo")
    undo.arguments(back)
    back.set_defaults(run=undo.undo)

    ask.arguments(command("gaps"))

    reach.arguments(command("reach"))

    network = command("network")
    network.add_argument("atlas", metavar="ATLAS")
    scenario.argument(network)
    network.set_defaults(run=ask.network)

    export = command("export")
    export.add_argument("atlas", metavar="ATLAS")
    export.add_argument("folder", metavar="DIR")
    export.add_argument("--to", required=True, metavar="|".join(EVERY_FORMAT))
    export.set_defaults(run=keep.export)

    backup = command("backup", json=False)
    backup.add_argument("atlas", metavar="ATLAS")
    backup.add_argument("file", metavar="FILE")
    backup.set_defaults(run=keep.backup)

    restore = command("restore", json=False)
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("atlas", metavar="ATLAS")
    restore.set_defaults(run=keep.restore)

    purging = command("purge")
    purge.arguments(purging)
    purging.set_defaults(run=purge.purge)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give its status."""
    asked = parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except LayerError as error:
        fault = error
    except (sqlite3.OperationalError, PermissionError):
        # a read-only folder or a full disk: the transaction was rolled back
        fault = LayerError("folder_unwritable", file=Path(asked.atlas).name)
    sys.stderr.write(f"{sheets.explain(fault)}\n")
    return NOTHING_DONE


if __name__ == "__main__":
    sys.exit(main())
