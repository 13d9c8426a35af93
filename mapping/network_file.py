"""A view of the network as a file for others: one page of HTML, SVG or PNG, made of what may leave.

Nothing in it is fetched and nothing runs. Everything is drawn anew from :class:`Leaves`, also the
places in the picture, so who is left out leaves no hole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import networkx as nx
import pandas as pd

from mapping import (
    drawing_matrix,
    drawing_network,
    drawing_two_mode,
    mixing,
    network,
    network_svg,
    positions,
    sharing,
    two_mode,
)
from mapping.figure_artist import ARTIST
from mapping.network_svg import FONTS_HERE, Framing
from mapping.sharing import Leaves
from mapping.svg_parts import COLOURS
from mapping.words import direction, say

PICTURE, SECTORS, OFFERS, SERVES, LIST = VIEWS = ("picture", "sectors", "offers", "serves", "list")
SCALE: Final = 2.0
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; "
    "form-action 'none'"
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the file says of itself: city, day, which ties count, and where the data are from."""

    city: str
    day: str
    counted: str
    sources: tuple[str, ...]
    is_invented: bool


@dataclass(frozen=True, eq=False)
class File:
    """One view of what may leave, ready to be written.

    Parameters
    ----------
    leaves
        What may leave.
    view
        Of ``VIEWS``.
    told
        What the file says of itself.
    lang
        Language of the words.
    is_sized
        Whether those who answered to what is said of their place are drawn by it, with their
        answer. Everybody else is as large as the smallest of them.
    """

    leaves: Leaves
    view: str
    told: Told
    lang: str
    is_sized: bool = False

    def svg(self) -> str:
        """Write the drawing with what it is about; the fonts are not yet in it."""
        return self._drawing(self._framing())

    def html(self) -> str:
        """Write the page: sentence, drawing, the same as a table, and what it is about."""
        framing, is_rtl = self._framing(), direction(self.lang) == "rtl"
        drawing = "" if self.view == LIST else self._drawing(Framing("", "", ()))
        named = f'role="img" aria-label="{escape(framing.title)}"'  # the table says it all
        drawing = drawing.replace('role="img"', named, 1)
        foot = "".join(f"<p>{escape(line)}</p>" for line in framing.foot)
        return (
            f'<!doctype html><html lang="{self.lang}" dir="{"rtl" if is_rtl else "ltr"}"><head>'
            f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(framing.title)}</title><style>{FONTS_HERE}{_STYLE}</style></head>"
            f"<body><main><h1>{escape(framing.title)}</h1><p>{escape(framing.said)}</p>"
            f'<figure dir="ltr">{drawing}</figure>{_table(self._rows())}'
            f"<footer>{foot}</footer></main></body></html>"
        )

    def written(self, kind: str) -> bytes:
        """Write the file.

        Parameters
        ----------
        kind
            ``html``, ``svg`` or ``png``.

        Raises
        ------
        LayerError
            ``figure_failed``.
        """
        if kind == "html":
            return ARTIST.letter(self.html(), None)
        return ARTIST.letter(self.svg(), SCALE if kind == "png" else None)

    @property
    def graph(self) -> nx.DiGraph[str]:
        """The actors and ties that leave, under their fresh numbers."""
        return network.graph_of(self.leaves.organizations, self.leaves.ties)

    # --- what stands around it -------------------------------------------------------------------

    def _framing(self) -> Framing:
        graph = self.graph
        pairs = nx.Graph(graph)
        pairs.remove_edges_from(list(nx.selfloop_edges(pairs)))
        said = say(
            "network.share_said",
            self.lang,
            actors=len(graph),
            pairs=pairs.number_of_edges(),
        )
        return Framing(
            say("network.share_title", self.lang, city=self.told.city), said, self._foot()
        )

    def _foot(self) -> tuple[str, ...]:
        told, lang = self.told, self.lang
        count = self.leaves.count
        lines = [
            *(
                say("network.share_reply", lang, name=name, words=words)
                for name, words in self._replied()
            ),
            say("network.share_day", lang, day=told.day, city=told.city),
            told.counted,
            say(sharing.left_out_said(count), lang, count=count),
            say("network.share_never", lang),
            say("network.verdict", lang),
            say("network.share_source", lang, sources="; ".join(told.sources))
            if told.sources
            else "",
            say("network.share_invented", lang, city=told.city) if told.is_invented else "",
        ]
        return tuple(line for line in lines if line)

    def _replied(self) -> list[tuple[str, str]]:
        if not (self.is_sized and self.view == PICTURE):
            return []
        names = self.leaves.organizations.set_index("id")["name"]
        return [(str(names[one]), words) for one, words in self.leaves.replies.items()]

    # --- the views -------------------------------------------------------------------------------

    def _drawing(self, framing: Framing) -> str:
        graph, lang = self.graph, self.lang
        if self.view == LIST:
            rows = [(row[0], row[-1]) for row in self._rows().itertuples(index=False)]
            return network_svg.listing(rows, framing, rtl=direction(lang) == "rtl")
        if self.view == SECTORS:
            sizes = self.leaves.organizations["sector"].value_counts().sort_index()
            table = mixing.between(graph, "sector")
            return network_svg.matrix(drawing_matrix.matrix(table, sizes, lang=lang), framing)
        if self.view in {OFFERS, SERVES}:
            spec = drawing_two_mode.two_mode(graph, self._shared(), about=self.view, lang=lang)
            return network_svg.two_mode(spec, framing)
        spec = drawing_network.picture(graph, positions.positions(graph), self._sizes(), lang=lang)
        for line in spec["legend"]:
            if line["form"] == "size":  # on the page it points at a control
                line["text"] = say("network.share_legend_size", lang)
        return network_svg.picture(spec, framing)

    def _sizes(self) -> pd.Series[Any] | None:
        """Give a size to those alone who answered: nobody else's place is told."""
        if not (self.is_sized and self.leaves.replies):
            return None
        sizes = network.measures(self.graph)["betweenness"]
        return sizes.where(sizes.index.isin(list(self.leaves.replies)))

    def _shared(self) -> pd.DataFrame:
        leaves = self.leaves
        if self.view == OFFERS:
            return two_mode.offers(list(leaves.organizations["id"]), leaves.services)
        return two_mode.serves(leaves.organizations, leaves.services, leaves.languages)

    def _rows(self) -> pd.DataFrame:
        """Write the same as a table."""
        graph, lang = self.graph, self.lang
        if self.view == SECTORS:
            return drawing_matrix.table_of(mixing.between(graph, "sector"), lang=lang)
        if self.view in {OFFERS, SERVES}:
            return drawing_two_mode.table_of(graph, self._shared(), about=self.view, lang=lang)
        names = {one: str(graph.nodes[one]["name"]) for one in graph}
        rows = []
        for one in graph:
            partners = sorted(set(nx.all_neighbors(graph, one)) - {one}, key=int)
            kind = graph.nodes[one].get("kind")
            rows.append(
                (
                    names[one],
                    say(f"actor_kind.{kind}", lang) if kind else "",
                    say(f"network.form_{drawing_network.form(graph, one)}", lang),
                    ", ".join(names[other] for other in partners)
                    or say("network.not_connected", lang),
                )
            )
        heads = ("network.col_name", "map.kind", "network.col_form", "network.share_with")
        return pd.DataFrame(rows, columns=[say(one, lang) for one in heads])


def _table(rows: pd.DataFrame) -> str:
    head = "".join(f'<th scope="col">{escape(str(one))}</th>' for one in rows.columns)
    body = "".join(_row(row) for row in rows.itertuples(index=False, name=None))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _row(cells: Sequence[object]) -> str:
    first, *others = (escape(str(one)) for one in cells)
    rest = "".join(f'<td dir="auto">{one}</td>' for one in others)
    return f'<tr><th scope="row" dir="auto">{first}</th>{rest}</tr>'


_STYLE: Final = f"""
body {{ margin: 0; background: {COLOURS["paper"]}; color: {COLOURS["ink"]};
  font: 400 16px/1.45 "Atkinson Hyperlegible", "Noto Sans", "Noto Sans Arabic", sans-serif; }}
main {{ max-width: 1200px; margin: 0 auto; padding: 24px 20px 48px; }}
h1 {{ font-size: 28px; line-height: 1.2; margin: 0 0 4px; font-weight:700; }}
figure {{ margin: 12px 0 24px; overflow-x: auto; }}
svg {{ display: block; width: 100%; min-width: 640px; height: auto; }}
table {{ border-collapse: collapse; width: 100%; font-size: 15px; }}
th, td {{ text-align: start; vertical-align: top; padding: 7px 12px 7px 0;
  border-bottom: 1px solid {COLOURS["line"]}; unicode-bidi: plaintext; }}
thead th {{ color: {COLOURS["quiet"]}; }}
footer {{ margin-top: 28px; color: {COLOURS["quiet"]}; font-size: 15px; }}
footer p {{ margin: 4px 0; }}
"""
