"""What the atlas holds of one table, ready to be compared with a file row by row."""

from __future__ import annotations

from collections.abc import Callable
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


def merges(
    revisions: pd.DataFrame, history: Callable[[], pd.DataFrame], table: str
) -> dict[str, tuple[str, str]]:
    """List what rows went when they were made one with another, which stayed, and their names.

    Parameters
    ----------
    revisions
        The changes; those that were taken back do not count.
    history
        Reads what they did, asked for only where there are such changes.
    table
        Of the rows.

    Returns
    -------
    gone
        By identifier of the row that went: the one that stayed, and the former name, if known.
    """
    made = revisions[revisions["kind"].eq("merge") & revisions["undone_by"].isna()]
    kept = {
        one["id"]: str(one["about"]["row"])
        for one in made.to_dict("records")
        if (one["about"] or {}).get("table") == table
    }
    if not kept:
        return {}
    rows = history()
    rows = rows[rows["revision_id"].isin(list(kept)) & rows["action"].eq("delete")]
    rows = rows[rows["table_name"].eq(table)]
    gone = {
        str(one["row_id"]): (
            kept[one["revision_id"]],
            str((one["before"] if isinstance(one["before"], dict) else {}).get("name") or ""),
        )
        for one in rows.to_dict("records")
    }
    for one, (now, name) in gone.items():
        passed = {one}
        while now in gone and now not in passed:  # the one that stayed went later
            passed.add(now)
            now = gone[now][0]  # noqa: PLW2901 - followed to the end
        gone[one] = now, name
    return gone
