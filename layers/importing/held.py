"""What the atlas holds of one table, ready to be compared with a file row by row."""

from __future__ import annotations

from typing import Any

import pandas as pd

from layers import schema


class Held:
    """Rows by identifier, cells as plain Python values; unknown is ``None``.

    A frame of pandas is slow where single cells are asked for: each column is turned into a list,
    and only the columns that a file speaks of.
    """

    def __init__(self, name: str, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._dates = {
            column.name for column in schema.TABLES[name].columns if column.type == "date"
        }
        self._columns: dict[str, list[Any]] = {}
        self.place = {str(one): number for number, one in enumerate(frame["id"].tolist())}

    def cell(self, name: str, place: int) -> Any:  # noqa: ANN401 - values of any column
        """Give one cell."""
        return self.column(name)[place]

    def column(self, name: str) -> list[Any]:
        """Give a column in the order of the rows."""
        if name not in self._columns:
            series = self._frame[name]
            missing = series.isna().to_numpy()
            if name in self._dates:
                series = series.dt.date
            values = series.to_numpy(dtype=object, copy=True)
            values[missing] = None
            self._columns[name] = values.tolist()
        return self._columns[name]
