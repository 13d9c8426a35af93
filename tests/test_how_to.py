"""The pages on bringing and taking files, tried as they are written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from layers import atlas
from mapping import __main__ as command
from sample_data import example_files
from tests.helpers.running import REPOSITORY

HOW_TO = REPOSITORY / "docs" / "how-to"
BRINGING = ("csv", "excel", "geojson", "geopackage", "shapefile", "kml")
_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def tried(page: Path, capsys: pytest.CaptureFixture[str]) -> list[int]:
    """Run the commands of a page in their order, and find what it says they answer."""
    statuses: list[int] = []
    answered = ""
    for kind, text in _BLOCK.findall(page.read_text("utf-8")):
        if kind == "text":
            assert [line for line in text.splitlines() if line not in answered] == []
            continue
        for line in text.splitlines():
            words = shlex.split(line)
            assert words[:2] == ["python", "-m"], line
            if words[2] == "sample_data.example_files":
                example_files.make(Path(words[3]))
                continue
            assert words[2] == "mapping", line
            statuses.append(command.main(words[3:]))
            said = capsys.readouterr()
            assert said.err == "", line
            answered += said.out
    return statuses


@pytest.mark.parametrize("name", BRINGING)
def test_a_file_comes_in_as_its_page_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    # made, added with one row rejected, added again with the word that mends it
    assert tried(HOW_TO / f"bring-{name}.md", capsys) == [0, 1, 0]
    services = atlas.Atlas(tmp_path / "mycity.gpkg").read("services")
    assert services["name"].tolist() == list(example_files.NAMES)
    assert services["category"].tolist()[-1] == "participation"
    assert (tmp_path / "examples").is_dir()
    doors = [(extra or {}).get("door") for extra in services["extra"]]
    assert doors == ["blue", "left", None, "back", "blue", None, "green"]


@pytest.mark.drill  # every format and back; what each gives out and takes in is tested by itself
def test_everything_goes_out_and_comes_back_as_its_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert set(tried(HOW_TO / "take-out.md", capsys)) == {0}
    again = atlas.Atlas(tmp_path / "again.gpkg")
    assert again.count("services") == atlas.Atlas(tmp_path / "sample.gpkg").count("services")
    assert again.meta()["invented"] == "1"
