"""Whether people not reached live in clusters: for those who ask, folded away on the page Gaps."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from layers import clock
from mapping import clusters
from mapping.clusters import Clusters
from mapping.local_statistics import CORRECTIONS
from mapping.pages import _gaps_answer, _numbers, _shared
from mapping.pages._gaps_answer import Said

BORDER: Final = "border"
METRES: Final = ("500", "1000", "2000")
FIRST: Final = (clusters.HOT, clusters.HIGH_AMONG_LOW, clusters.LOW_AMONG_HIGH, clusters.COLD)


def show(said: Said) -> None:
    """Ask how to test, then say what stands out; computed only when somebody looks."""
    say = _shared.say
    box = st.expander(say("gaps.clusters"), key="gaps_clusters", on_change="rerun")
    if not box.open:
        return
    with box:
        measure, method, near, correction = _choices()
        key = (clock.today(), said.answer.need, measure, method, near, correction)
        found = _shared.once(
            "gaps clusters",
            key,
            lambda: clusters.clusters(
                said.answer,
                measure=measure,
                method=method,
                correction=correction,
                max_m=None if near == BORDER else float(near),
            ),
        )
        if found.why_not:
            st.text(say(f"gaps.clusters_not_{found.why_not}"))
            return
        hot = found.kind.count(clusters.HOT)
        other = sum(bool(one) for one in found.kind) - hot
        key_of = "gaps.clusters_found" if hot or other else "gaps.clusters_nowhere"
        st.text(say(key_of, hot=hot, other=other, of=found.tested))
        if hot or other:
            table = _table(said, found)
            st.dataframe(table, hide_index=True, height="content", key="gaps_cluster_table")
        st.text(say("gaps.clusters_left_out", few=found.few, islands=found.islands))
        st.text(say("gaps.clusters_about"))


def _choices() -> tuple[str, str, str, str]:
    say = _shared.say
    chosen = []
    columns = st.columns(4)
    for column, key, label, options in (
        (columns[0], "measure", "gaps.clusters_of", clusters.MEASURES),
        (columns[1], "method", "gaps.clusters_by", clusters.METHODS),
        (columns[2], "near", "gaps.clusters_near", (BORDER, *METRES)),
        (columns[3], "correction", "gaps.clusters_correction", CORRECTIONS),
    ):
        with column:
            one = st.selectbox(say(label), options, format_func=_named, key=f"gaps_clusters_{key}")
            chosen.append(str(one))
    return chosen[0], chosen[1], chosen[2], chosen[3]


def _named(option: str) -> str:
    if option.isdigit():
        return _shared.say("gaps.clusters_metres", metres=_numbers.number(int(option)))
    return _shared.say(f"gaps.clusters_{option}")


def _table(said: Said, found: Clusters) -> pd.DataFrame:
    """Gather what stands out by district: how many areas, and how many people there."""
    say, answer = _shared.say, said.answer
    kinds = np.array(found.kind, dtype=object)
    rows = pd.DataFrame(
        {
            "kind": kinds,
            "district": np.array(answer.city.district_of(answer.level), dtype=object),
            "low": np.floor(np.nan_to_num(answer.not_low).round(6)),
            "p": found.p_corrected,
        }
    )
    rows = rows[rows["kind"].ne("")]
    rows["low"] = rows["low"].where(rows["low"] > 4, 0.0)
    sums = (
        rows.groupby(["kind", "district"], sort=False)
        .agg(areas=("p", "size"), low=("low", "sum"), p=("p", "min"))
        .reset_index()
    )
    sums["order"] = sums["kind"].map(FIRST.index)
    sums = sums.sort_values(["order", "low"], ascending=[True, False], kind="stable")
    names = _gaps_answer.place_names()
    return pd.DataFrame(
        {
            say("gaps.kind"): [say(f"gaps.kind_{one}") for one in sums["kind"]],
            say("gaps.district"): [names.get(one, one) for one in sums["district"]],
            say("gaps.areas"): sums["areas"].tolist(),
            say("gaps.clusters_people"): [_numbers.number(one) for one in sums["low"]],
            say("gaps.smallest_p"): [_small(one) for one in sums["p"]],
        }
    )


def _small(p: float) -> str:
    text = "< 0.001" if p < 0.001 else f"{p:.3f}"
    return text.replace(".", ",") if _shared.lang() == "fr" else text
