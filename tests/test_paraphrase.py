"""A paraphrase in her own words is told from one in the facilitator's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.paraphrase import RUN, repeats


@pytest.mark.parametrize(
    ("text", "words", "is_hers"),
    [
        ("No", "no!", True),  # short, and still hers
        ("", "...", False),  # nothing was said
        ("  The MAN at no. 12,shouts ", "the man at no 12 shouts", True),
        ("She says: the man at no 12 is there", "the man at no 12 shouts", True),
        ("the man at no shouts 12", "the man at no 12 shouts", False),  # four in a row
        ("Élodie crie là-bas", "elodie crie la bas", True),
        ("الرِّجالُ يصرخون", "الرجال يصرخون", True),  # vowel signs
        ("me\u200bn sh\u00adout", "men shout", True),
        ("晚上这里有很多喝醉的人大喊", "晚上这里有很多喝醉的人站着", True),
        ("晚上有人大喊", "晚上这里有很多喝醉的人站着", False),
        ("ผู้ชายตะโกนใส่เรา", "ผู้ชายตะโกนใส่เราทุกคืน", True),
    ],
)
def test_known_ones(text: str, words: str, *, is_hers: bool) -> None:
    assert repeats(text, words) is is_hers


_SAID = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=12)


@given(mine=_SAID, hers=_SAID)
def test_it_agrees_with_every_run_of_five_written_out(mine: list[str], hers: list[str]) -> None:
    runs = [
        {tuple(said[at : at + RUN]) for at in range(len(said) - RUN + 1)} for said in (mine, hers)
    ]
    same = "".join(mine) == "".join(hers)
    assert repeats(" ".join(mine), " ".join(hers)) is (same or bool(runs[0] & runs[1]))
