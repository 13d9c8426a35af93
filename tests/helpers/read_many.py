"""Read many files one after the other in one process that has the child's limits.

Starting a process for each of thousands of broken files would take longer than reading them. The
memory is that of a child for a small file; the processor time is set anew before each file. A
file that ends the process is the last line missing: the caller reads it again in a real child.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from layers.importing import read_any, read_limits, read_process, read_source

SMALL = 1_000  # bytes: what gives the least allowance


def main() -> None:
    """Read what the file of names in the first argument lists; a line of JSON for each."""
    files = [Path(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
    memory, cpu_s = read_limits.allowance(SMALL)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    read_limits.leave_the_network()
    read_limits.close_the_doors(files)
    for file in files:
        used = time.process_time()
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + cpu_s + 1, most))
        order = {"path": str(file), "what": "table", "ours": [], "options": {}}
        code, cells = "file_no_rows", ""
        for piece in read_process.answered(order, []):
            problems = piece.get("table", {}).get("problems")
            code = piece.get("error", "" if problems or piece.get("rows") else code)
            cells += json.dumps(piece)
        said = {
            "file": file.name,
            "error": code,
            "cpu_s": time.process_time() - used,
            "leaked": "CANARY" in cells,
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    assert read_any.READERS  # loaded before the doors close, as in the child
    assert read_source.MAX_UNPACKED
    main()
