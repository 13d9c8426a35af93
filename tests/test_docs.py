"""The documents say all there is, and nothing that is not there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from starlette.routing import Route, WebSocketRoute

from layers import schema
from tests.helpers.running import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES = sorted([*REPOSITORY.glob("*.md"), *DOCS.rglob("*.md")])
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def _headings(path: Path) -> set[str]:
    text = _FENCE.sub("", path.read_text("utf-8"))
    return {line.lstrip("#").strip().strip("`") for line in text.splitlines() if line[:1] == "#"}


def _anchor(heading: str) -> str:
    """Make of a heading what a link to it says, as GitHub does."""
    return re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in _LINK.findall(_FENCE.sub("", page.read_text("utf-8"))):
        place, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        there = (page.parent / place).resolve() if place else page
        inside = there.exists() and there.is_relative_to(REPOSITORY)
        headings = _headings(there) if inside and anchor and there.suffix == ".md" else set()
        if not inside or (headings and anchor not in map(_anchor, headings)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_no_document_names_a_place_of_somebodys_machine(page: Path) -> None:
    assert re.findall(r"(?<![\w.])/(?:home|root|Users|tmp)/\w+", page.read_text("utf-8")) == []


def test_every_file_a_document_names_in_passing_is_there() -> None:
    """Paths in `backticks` that begin with a folder of ours."""
    named = re.compile(r"`((?:layers|mapping|tests|docs|sample_data)/[\w./-]+)`")
    missing = [
        f"{page.name}: {name}"
        for page in PAGES
        for name in named.findall(page.read_text("utf-8"))
        if not (REPOSITORY / name).exists()
    ]
    assert missing == []


# --- settings ----------------------------------------------------------------------------------


def _settings() -> set[str]:
    sources = [REPOSITORY / "streamlit_app.py", REPOSITORY / "Makefile"]
    for folder in ("layers", "mapping", "sample_data", "benchmarks", "tests"):
        sources += (REPOSITORY / folder).rglob("*.py")
    text = "\n".join(path.read_text("utf-8") for path in sources if path.name != "test_docs.py")
    return set(re.findall(r"\bCG_[A-Z_]*[A-Z]\b", text))


def test_every_setting_has_a_heading_and_every_heading_a_setting() -> None:
    described = {name for name in _headings(DOCS / "reference" / "settings.md") if "CG_" in name}
    assert described == _settings()


def test_every_command_of_make_is_in_the_guide_for_contributors() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    guide = (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")
    assert targets
    assert [name for name in targets if f"`make {name}" not in guide and name != "help"] == []


# --- data, routes ------------------------------------------------------------------------------


def test_every_table_of_the_atlas_has_a_heading() -> None:
    headings = _headings(DOCS / "reference" / "atlas.md")
    assert [name for name in schema.TABLES if name not in headings] == []


def test_every_route_is_described() -> None:
    from mapping import phone
    from mapping.phone import door, served, third_party

    routes = [*phone.routes(), *third_party.routes(), *served.routes()]
    paths = {route.path for route in routes if isinstance(route, Route | WebSocketRoute)}
    text = (DOCS / "reference" / "routes.md").read_text("utf-8")
    assert [path for path in sorted({*paths, door.PATH}) if _readable(path) not in text] == []


def _readable(path: str) -> str:
    """Write ``{name:path}`` as a document does: ``{name}``."""
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)


# --- what has to be installed ------------------------------------------------------------------


def _requirements(name: str) -> list[str]:
    lines = (REPOSITORY / name).read_text("utf-8").splitlines()
    return [line.split("#")[0].strip() for line in lines if line.strip()[:1] not in {"", "#", "-"}]


def _plain(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~\[ ]", requirement)[0]).casefold()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_nothing_is_required_twice(name: str) -> None:
    names = [_plain(line) for line in _requirements(name)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("ends", ["latest", "lowest"])
def test_every_requirement_has_a_version_it_is_tested_with(ends: str) -> None:
    pinned = {_plain(line) for line in _requirements(f"constraints/{ends}.txt")}
    wanted = {
        _plain(line)
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in _requirements(name)
    }
    assert wanted - pinned == set()


def test_the_lowest_version_is_the_one_that_is_tested() -> None:
    pinned = dict(line.casefold().split("==") for line in _requirements("constraints/lowest.txt"))
    pinned = {_plain(name): version for name, version in pinned.items()}
    wrong = []
    for line in _requirements("requirements.txt"):
        name, _, lowest = line.partition(">=")
        tested = pinned[_plain(name)].split(".")
        if tested[: len(lowest.split("."))] != lowest.split("."):
            wrong.append(f"{line}, tested with {'.'.join(tested)}")
    assert wrong == []


def test_what_is_installed_comes_from_one_list() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["dynamic"] == ["dependencies"]
    assert project["tool"]["setuptools"]["dynamic"]["dependencies"] == {
        "file": ["requirements.txt"]
    }
