"""The benchmarks run, check their answers, and print nothing but their results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import Result, __main__, bench_pages, best_of
from benchmarks.town import make_town
from tests.helpers.watched import chromium

KEYS = ["name", "size", "ours_s", "peer", "peer_s", "ratio", "target", "met", "equal"]


def result(**changes: float | bool | None) -> Result:
    parts: dict[str, float | bool | None] = {"ours_s": 0.5, "peer_s": 5.0, "equal": True}
    return Result(name="x", size="y", **parts | changes)  # type: ignore[arg-type] # by name


@pytest.mark.parametrize("name", ["reach", "e2sfca", "import", "room"])
def test_a_small_run_prints_results_with_equal_answers(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_N", "0.004")
    assert __main__.main([name]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) >= 2
    for line in lines:
        assert list(line) == KEYS
        assert line["name"] == name
        assert line["equal"] in {True, None}
        assert line["equal"] is not None or line["peer"] is None
        assert line["target"] is None


@pytest.mark.needs_system
def test_another_persona_is_timed_in_a_browser(tmp_path: Path) -> None:
    executable = chromium()
    assert executable is not None
    line = bench_pages.another(executable, tmp_path, 0.05).line()
    assert list(line) == KEYS
    assert (line["name"], line["target"]) == ("another_persona", None)
    assert isinstance(line["ours_s"], float)


@pytest.mark.needs_system
def test_a_network_is_timed_in_a_browser(tmp_path: Path) -> None:
    executable = chromium()
    assert executable is not None
    lines = [one.line() for one in bench_pages.network(executable, tmp_path, 0.05)]
    assert [(line["name"], line["target"]) for line in lines] == [
        ("network_drawn", None),
        ("network_click", None),
    ]


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({"target": 10}, True),
        ({"target": 10.1}, False),
        ({"target": None}, None),
        ({"target": 1, "equal": False}, False),
        ({"target": None, "equal": False}, False),
        ({"target": 10, "peer_s": None, "equal": None}, None),
    ],
)
def test_a_target_is_met_by_the_ratio_and_never_by_a_wrong_answer(
    changes: dict[str, float | bool | None],
    met: bool | None,  # noqa: FBT001 - pytest passes what is expected
) -> None:
    line = result(**changes).line()
    assert list(line) == KEYS
    assert line["met"] is met
    assert line["ratio"] == (None if changes.get("peer_s", 1) is None else 10)


@pytest.mark.parametrize(("target", "status"), [(10, 0), (11, 1)])
def test_a_missed_target_is_the_exit_status_and_chatter_stays_off_the_output(
    target: float, status: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(scale: float) -> Iterator[Result]:
        print("a peer says hello at", scale)  # noqa: T201 - chatter is what is tried here
        yield result(target=target)

    monkeypatch.delenv("BENCH_N", raising=False)
    monkeypatch.setattr("importlib.import_module", lambda _: SimpleNamespace(run=run))
    assert __main__.main(["reach"]) == status
    printed = capsys.readouterr()
    assert [json.loads(line)["target"] for line in printed.out.splitlines()] == [target]
    assert printed.err == "a peer says hello at 1.0\n"


def test_what_cannot_run_says_so_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert __main__.main(["nothing"]) == 2
    monkeypatch.setenv("BENCH_N", "many")
    assert __main__.main(["reach"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split()[0] for line in printed.err.splitlines()] == ["No", "BENCH_N"]


def test_a_job_is_timed_and_answers() -> None:
    turns = iter([1, 2, 3, 4])
    seconds, answer = best_of(3, lambda: next(turns))
    assert (answer, next(turns)) == (3, 4)
    assert 0 <= seconds < 60


def test_the_town_is_the_same_every_time_and_has_what_was_asked() -> None:
    one, two = (make_town(nodes=400, cells=30, services=12) for _ in range(2))
    assert one.streets.metres.tolist() == two.streets.metres.tolist()
    assert (len(one.streets.xy), len(one.cells), len(one.services)) == (400, 30, 12)
    graph = one.graph()
    assert graph.number_of_nodes() == 400
    assert graph.number_of_edges() == len(one.streets.u)
