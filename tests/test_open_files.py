"""A full hall is more connections than a process may have unless it asks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mapping.phone import open_files

resource = pytest.importorskip("resource")

PROGRAM = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from mapping.phone.open_files import allow_many
print(allow_many(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "allowed"),
    [(256, 5000, 5000), (1024, 15_000, 10_000), (12_000, 15_000, 12_000)],
    ids=["as far as allowed", "as many as a hall needs", "never less"],
)
def test_it_asks_for_a_hall_and_leaves_the_rest(soft: int, hard: int, allowed: int) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip("this machine allows fewer")
    program = PROGRAM.format(soft=soft, hard=hard)
    said = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == [str(allowed), str(allowed), str(hard)]


def test_where_there_is_no_such_limit_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert open_files.allow_many() is None
