"""The small line chart: years, what is compared, and gaps where nothing is known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from mapping import drawing_time, style


def test_a_chart_holds_its_years_its_gap_and_what_is_compared() -> None:
    rows = pd.DataFrame({"year": [2021, 2022, 2023], "ei": [np.nan, -0.5, 0.25]})
    chart = drawing_time.over_years(
        rows,
        "ei",
        title="Between groups",
        marked=[2021.0, 2022.5],
        colours=style.colours("dark"),
        right_to_left=True,
    )
    spec = json.loads(chart.to_json())
    tables = [sorted(map(str, each)) for each in spec["datasets"].values()]
    assert sorted(map(len, tables)) == [2, 3]
    values = [row for each in spec["datasets"].values() for row in each if "ei" in row]
    assert [row["ei"] for row in values] == [None, -0.5, 0.25]
    scales = [layer["encoding"]["x"]["scale"] for layer in spec["layer"]]
    assert all(scale["reverse"] and scale["domain"] == [2021, 2023] for scale in scales)
    assert style.colours("dark")["accent"] in chart.to_json()
