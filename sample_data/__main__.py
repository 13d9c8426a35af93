"""``python -m sample_data PATH [--twin] [--today YYYY-MM-DD] [--seed N]``: make the city."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from layers.errors import LayerError
from sample_data.make import make_city


def main(arguments: list[str] | None = None) -> int:
    """Make the invented city at a path; exit status 2 where nothing was made."""
    parser = argparse.ArgumentParser(prog="sample_data", description=__doc__)
    parser.add_argument("path")
    parser.add_argument("--twin", action="store_true", help="the city without what is planted")
    parser.add_argument("--today", type=date.fromisoformat, help="day that dates are relative to")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    try:
        make_city(asked.path, seed=asked.seed, today=asked.today, twin=asked.twin)
    except LayerError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
