"""The tables of the reference of formats are what happens."""

from __future__ import annotations

from mapping import formats_page


def test_the_page_is_as_it_is_written_from_a_run() -> None:
    assert formats_page.page() == formats_page.TARGET.read_text("utf-8")


def test_every_format_comes_back_unchanged_and_rejects_what_is_wrong() -> None:
    text = formats_page.TARGET.read_text("utf-8")
    lines = text.partition(formats_page.BEGIN)[2].partition(formats_page.END)[0].splitlines()
    told = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    single = {one[0]: one for one in told if len(one) == 8}
    assert {one[3] for name, one in single.items() if name not in ("Format", "OSM extract")} == {
        "1"
    }
    assert {one[-1].rpartition(" ")[2] for one in told} - {"unchanged"} == {"yes"}
