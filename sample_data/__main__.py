"""Make the invented city, as an atlas or as an extract of OpenStreetMap.

``python -m sample_data PATH [--twin] [--today YYYY-MM-DD] [--seed N]``
``python -m sample_data osm FILE.osm.pbf [--people 250000] [--today YYYY-MM-DD] [--seed N]``
"""

from __future__ import annotations

import argparse
import sys
from datetime import date

from layers.errors import LayerError
from sample_data.make import make_city


def main(arguments: list[str] | None = None) -> int:
    """Make the invented city at a path; exit status 2 where nothing was made."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="sample_data", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("path")
    parser.add_argument("--today", type=date.fromisoformat, help="day that dates are relative to")
    parser.add_argument("--seed", type=int, default=1)
    if given[:1] == ["osm"]:
        return _extract(parser, given[1:])
    parser.add_argument("--twin", action="store_true", help="the city without what is planted")
    asked = parser.parse_args(given)
    try:
        make_city(asked.path, seed=asked.seed, today=asked.today, twin=asked.twin)
    except LayerError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _extract(parser: argparse.ArgumentParser, given: list[str]) -> int:
    from sample_data.osm import counted, make_extract  # noqa: PLC0415 - osmium only where asked for

    parser.add_argument("--people", type=int, help="fill it as a city of so many people would be")
    asked = parser.parse_args(given)
    if not asked.path.endswith(".osm.pbf") or (asked.people is not None and asked.people < 1):
        sys.stderr.write("The name of the file ends in .osm.pbf, and people are 1 at least.\n")
        return 2
    made = make_extract(asked.path, people=asked.people, seed=asked.seed, today=asked.today)
    sys.stdout.write(", ".join(f"{count} {name}" for name, count in counted(made).items()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
