"""``python -m benchmarks [NAME...]``: one JSON object a line on standard output, nothing else."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """List the benchmarks there are."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def main(asked: Sequence[str]) -> int:
    """Run the benchmarks asked for, or all; 1 where a target is not met, 2 where nothing ran."""
    unknown = sorted(set(asked) - set(names()))
    if unknown:
        sys.stderr.write(f"No benchmark {', '.join(unknown)}; there are {', '.join(names())}.\n")
        return 2
    try:
        scale = float(os.environ.get("BENCH_N", "1"))
    except ValueError:
        scale = 0.0
    if not 0 < scale <= 1:
        sys.stderr.write("BENCH_N is the share of the full size: above 0, and 1 at most.\n")
        return 2
    met = True
    for name in asked or names():
        module = importlib.import_module(f"benchmarks.bench_{name}")
        results = module.run(scale)
        while True:
            # Peers print what they like; standard output is for results.
            with contextlib.redirect_stdout(sys.stderr):
                result = next(results, None)
            if result is None:
                break
            met &= result.met is not False
            print(json.dumps(result.line()), flush=True)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
