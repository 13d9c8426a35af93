"""Sharing a view of the network: what leaves, who stays here and why, and then the files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

import networkx as nx
import pandas as pd
import streamlit as st

from layers import clock
from layers.errors import LayerError
from mapping import network_file, sharing
from mapping.network_file import File, Told
from mapping.pages import _shared, _ties_counted
from mapping.pages._network_asked import Chosen
from mapping.pages._network_found import Found
from mapping.sharing import Leaves

VIEW, SIZED, PREVIEW = (f"network_share_{one}" for one in ("view", "sized", "preview"))
SHORT: Final = 8  # rows of a list that is shown whole
KINDS: Final = (("html", "text/html"), ("svg", "image/svg+xml"), ("png", "image/png"))


def show(found: Found, chosen: Chosen, names: Mapping[str, str]) -> None:
    """Offer the view of the page as files for others, without those who may not be named.

    Parameters
    ----------
    found, chosen
        What the page found and what its controls say.
    names
        What each actor is called at the desk, by id.
    """
    say = _shared.say
    with st.expander(say("network.share_head"), key="network_share", on_change="rerun") as box:
        if not box.open:
            return  # who may be named is looked up only for somebody who asks
        st.text(say("network.share_about"))
        leaves = _shared.once(
            "network leaves",
            (chosen.counted, chosen.shown),
            lambda: sharing.what_leaves(found.organizations, found.ties, _shared.read),
        )
        if leaves.organizations.empty:
            st.text(say("network.share_nobody"))
            _stays(leaves, chosen, names)
            return
        file = _asked(found, chosen, leaves)
        pairs = nx.Graph(file.graph)
        pairs.remove_edges_from(list(nx.selfloop_edges(pairs)))
        st.text(
            say(
                "network.share_leaves",
                actors=len(leaves.organizations),
                pairs=pairs.number_of_edges(),
                count=leaves.count,
            )
        )
        _stays(leaves, chosen, names)
        if st.toggle(say("network.share_preview"), key=PREVIEW):
            _preview(file)


def _asked(found: Found, chosen: Chosen, leaves: Leaves) -> File:
    """Ask what is to be shared; begins with the view of the page."""
    say = _shared.say
    now = chosen.view if chosen.view in network_file.VIEWS else network_file.PICTURE
    view = st.segmented_control(
        say("network.share_view"),
        network_file.VIEWS,
        default=now,
        required=True,
        format_func=lambda one: say(
            "network.share_list" if one == network_file.LIST else f"network.view_{one}"
        ),
        # another view on the page begins anew, as this one is about it
        key=f"{VIEW}_{chosen.view}",
    )
    is_sized = False
    if view == network_file.PICTURE and not chosen.presenting:
        is_sized = st.checkbox(
            say("network.share_sized", count=len(leaves.replies)),
            help=say("network.share_sized_help", unfit=leaves.unfit_replies),
            disabled=not leaves.replies,
            key=SIZED,
        )
    left = [one for those in leaves.left_out.values() for one in those]
    facts = _shared.meta()
    told = Told(
        city=facts["name"],
        day=clock.today().isoformat(),
        counted=_ties_counted.said(chosen.counted),
        sources=tuple(sharing.sources(found.organizations, left, _shared.read)),
        is_invented=facts["invented"] == "1",
    )
    return File(leaves, str(view or now), told, _shared.lang(), is_sized and bool(leaves.replies))


def _stays(leaves: Leaves, chosen: Chosen, names: Mapping[str, str]) -> None:
    """Say who stays here by which rule: by name at the desk alone, never before others."""
    say = _shared.say
    if not leaves.count:
        return
    if chosen.presenting:
        st.text(say("network.share_presenting"))
        return
    st.text(say("network.share_stays"))
    rules = leaves.left_out
    st.text("\n".join(f"{say(f'network.share_rule_{one}')}: {len(rules[one])}" for one in rules))
    rows = [
        (names[one], say(f"network.share_rule_{rule}"))
        for rule, those in rules.items()
        for one in sorted(those, key=lambda one: names[one].casefold())
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=[say("network.col_name"), say("network.share_rule")]),
        hide_index=True,
        height="content" if len(rows) <= SHORT else 320,
        key="network_share_stays",
    )


def _preview(file: File) -> None:
    """Show the very picture that leaves, and offer the files."""
    say = _shared.say
    try:
        made = _shared.once("network share", _key(file), lambda: file.written("png"))
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_network_share")
        return
    st.image(made)
    with st.container(horizontal=True, key="network_share_files"):
        for kind, mime in KINDS:
            st.download_button(
                say(f"network.share_{kind}"),
                partial(file.written, kind),
                file_name=f"network-{file.view}-{file.told.day}.{kind}",
                mime=mime,
                key=f"network_share_{kind}",
                on_click="ignore",
            )


def _key(file: File) -> tuple[object, ...]:
    """Name all that the picture depends on besides the atlas."""
    shown = tuple(file.leaves.organizations["name"]), len(file.leaves.ties)
    return (file.view, file.told, file.lang, file.is_sized, shown, file.leaves.count)
