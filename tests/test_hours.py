"""Hours in four states, held against the calendar and against hand-made strings of six kinds."""
# ruff: noqa: DTZ001 (opening hours are local time, and that is what is asked here)

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import opening_hours
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import hours, hours_text, vocab
from layers.errors import LayerError

DK = {"country": "DK", "timezone": "Europe/Copenhagen"}
DE = {"country": "DE", "timezone": "Europe/Berlin"}
FR = {"country": "FR", "timezone": "Europe/Paris"}
WEEK = date(2026, 11, 23)  # Monday; no holiday in Denmark
TUESDAY_NOON = datetime(2026, 11, 24, 12)
NOBODY_KNOWS = [
    "",
    "   ",
    "\n",
    "Seasonal, only summer time",
    "ask Maria",
    "Mo-Fr 8-02;Sa 8-02 Su 8",
]
BY_APPOINTMENT = [
    '"by appointment"',
    '24/7 "by appointment"',
    "by appointment only",
    "nach Vereinbarung",
    "sur rendez-vous",
    "efter aftale",
    '"call us"',
    'Mo-Fr 09:00-17:00 "nur nach Vereinbarung"',
    *(
        f'Mo-Fr 09:00-17:00 "{words}"'
        for words in (
            *("auf Anfrage", "auf telefonische Anfrage", "on request", "sur demande"),
            *("op aanvraag", "a richiesta", "su richiesta", "bajo petición"),
        )
    ),
]


def test_the_states_are_those_of_the_vocabulary() -> None:
    assert set(hours.STATES) == set(vocab.HOURS_STATE)


# --- kind 1: nothing said, or nothing understood ----------------------------------------------


@pytest.mark.parametrize("text", [None, *NOBODY_KNOWS])
def test_what_nobody_knows_is_unknown_and_neither_open_nor_closed(text: str | None) -> None:
    assert hours.state(text, TUESDAY_NOON, **DK) == "unknown"
    for window in hours.WINDOWS:
        assert hours.open_at(text, window, week=WEEK, **DK) == "unknown"


def test_days_without_hours_are_unknown_on_these_days_and_closed_on_others() -> None:
    assert hours.state("Mo-Fr", TUESDAY_NOON, **DK) == "unknown"
    assert hours.open_at("Mo-Fr", "night", week=WEEK, **DK) == "unknown"
    assert hours.open_at("Mo-Fr", "weekend", week=WEEK, **DK) == "no"


def test_a_rule_without_hours_beside_one_with_hours_is_not_open_all_day() -> None:
    text = "Sa 09:00-12:00; Mo-Fr"
    assert hours.state(text, datetime(2026, 11, 28, 10), **DK) == "open"
    assert hours.state(text, TUESDAY_NOON, **DK) == "unknown"


@pytest.mark.parametrize(
    ("text", "open_until"), [("Tu 16:00+", 17), ("Tu 16:00-18:00+", 18), ("Tu 16:00-", 17)]
)
def test_an_open_end_is_open_for_an_hour_or_as_long_as_it_says_and_then_unknown(
    text: str, open_until: int
) -> None:
    for hour in range(24):
        said = hours.state(text, datetime(2026, 11, 24, hour, 30), **DK)
        wanted = "closed" if hour < 16 else "open" if hour < open_until else "unknown"
        assert said == wanted


# --- kind 2: by appointment --------------------------------------------------------------------


@pytest.mark.parametrize("text", BY_APPOINTMENT)
def test_by_appointment_is_never_open(text: str) -> None:
    assert hours.state(text, TUESDAY_NOON, **DK) == "by_appointment"
    assert hours.open_at(text, "daytime", week=WEEK, **DK) == "by_appointment"


@pytest.mark.parametrize(
    "text",
    [
        'Mo-Fr 09:00-12:00, "by appointment"',
        'Mo-Fr 09:00-12:00 || "by appointment"',
        'Mo-Fr 09:00-12:00; "by appointment"',
        "Mo-Fr 9-12 Uhr und nach Vereinbarung",
        "Lu-Ve 9h-12h et sur rendez-vous",
    ],
)
def test_hours_stand_and_outside_of_them_one_can_make_an_appointment(text: str) -> None:
    assert hours.state(text, datetime(2026, 11, 24, 10), **DK) == "open"
    assert hours.state(text, datetime(2026, 11, 24, 15), **DK) == "by_appointment"
    assert hours.open_at(text, "evening", week=WEEK, **DK) == "by_appointment"


def test_an_appointment_on_one_day_leaves_the_others_alone() -> None:
    text = 'Mo-Fr 09:00-17:00; We "by appointment"'
    assert hours.state(text, datetime(2026, 11, 25, 10), **DK) == "by_appointment"
    assert hours.state(text, datetime(2026, 11, 26, 10), **DK) == "open"


# --- kind 3: closed ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["off", "closed", "24/7 off"])
def test_closed_is_closed_in_every_window(text: str) -> None:
    assert {hours.open_at(text, window, week=WEEK, **DK) for window in hours.WINDOWS} == {"no"}


def test_a_comment_that_says_closed_puts_the_hours_in_doubt() -> None:
    assert hours.state('Mo-Fr 09:00-17:00 "closed for repairs"', TUESDAY_NOON, **DK) == "unknown"


# --- kind 4: plain hours -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "open_in"),
    [
        ("24/7", {"any", "daytime", "evening", "night", "weekend"}),
        ("Mo-Fr 09:00-18:00", {"any", "daytime"}),  # the evening begins as the door closes
        ("Mo-Fr 09:00-18:01", {"any", "daytime", "evening"}),
        ("Mo-Fr 22:00-02:00", {"any", "night"}),
        ("Sa 06:00-10:00", {"any", "weekend"}),
        ("Sa 18:00-20:00", {"any", "weekend"}),  # evening means a weekday's
        ("Su 23:00-24:00", {"any", "night"}),
        ("Th 18:30-20:00", {"any", "evening"}),
    ],
)
def test_windows_are_those_of_the_house(text: str, open_in: set[str]) -> None:
    answers = {w: hours.open_at(text, w, week=WEEK, **DK) for w in hours.WINDOWS}
    assert answers == {w: "yes" if w in open_in else "no" for w in hours.WINDOWS}


# --- kind 5: as people write -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "osm", "where"),
    [
        ("Mo\u2013Fr 9:00\u201317:00", "Mo-Fr 09:00-17:00", DE),
        ("Mo-Fr 9:00-17:00;", "Mo-Fr 09:00-17:00", DE),
        ("Mo-Fr 9:00-17:00\nSa 10:00-12:00\n", "Mo-Fr 09:00-17:00; Sa 10:00-12:00", DE),
        ("Montag bis Freitag: 9.00 - 17.30 Uhr", "Mo-Fr 09:00-17:30", DE),
        ("Di-Do 10-12", "Tu-Th 10:00-12:00", FR),  # no French day is called Do
        ("Di 10-12", "Tu 10:00-12:00", DE),
        ("Di 10h-12h", "Su 10:00-12:00", FR),
        ("Lu-Ve 9h-12h, 13h30-17h", "Mo-Fr 09:00-12:00,13:30-17:00", DK),
        ("Lundi au vendredi de 9h \u00e0 17h", "Mo-Fr 09:00-17:00", FR),
        ("Mandag-torsdag kl. 10-15", "Mo-Th 10:00-15:00", DK),
        ("Mon - Fri 11am - 11pm", "Mo-Fr 11:00-23:00", DK),
        ("Mon 12am-12pm", "Mo 00:00-12:00", DK),
        ("Fr11:00-24:00", "Fr 11:00-24:00", DK),
        ("Mo-Fr 7:00-21", "Mo-Fr 07:00-21:00", DK),
        ("Mo-Fr 8-12 Sa 9-10", "Mo-Fr 08:00-12:00; Sa 09:00-10:00", DK),
        ("t\u00e4glich 9-20 Uhr", "Mo-Su 09:00-20:00", DE),
        ("Mo-Fr 8-16, Mi geschlossen", "Mo-Fr 08:00-16:00; We off", DE),
        ("Mo 9h - 12h / 14h-16h", "Mo 09:00-12:00,14:00-16:00", FR),
    ],
)
def test_what_people_write_means_the_same_as_the_standard(
    text: str, osm: str, where: dict[str, str]
) -> None:
    for day in range(7):
        for hour in range(24):
            when = datetime(2026, 11, 23 + day, hour, 15)
            said = hours.state(text, when, **where)
            assert said == hours.state(osm, when, **where), (text, when)
            assert said != "unknown"


def test_a_day_that_two_languages_read_differently_stays_unknown() -> None:
    assert hours.state("Di 10-12", TUESDAY_NOON, **DK) == "unknown"


def test_dates_are_not_taken_for_hours() -> None:
    assert hours_text.tidy("Dec 24-26 off; Mo-Fr 9:00-12:00") == "Dec 24-26 off; Mo-Fr 09:00-12:00"


def test_words_in_quotes_are_left_alone() -> None:
    assert hours_text.tidy('Di 9-10 "bis 9h, Di"', country="DE") == 'Tu 09:00-10:00 "bis 9h, Di"'


# --- kind 6: the calendar ----------------------------------------------------------------------


def test_public_holidays_need_the_country() -> None:
    christmas = datetime(2026, 12, 25, 11)
    text = "Mo-Su 10:00-12:00; PH off"
    assert hours.state(text, christmas, **DK) == "closed"
    nowhere = {"country": "", "timezone": "Europe/Copenhagen"}
    assert hours.state(text, christmas, **nowhere) == "open"


def test_a_moment_elsewhere_is_brought_to_local_time() -> None:
    nine_utc = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("UTC"))
    assert hours.state("Tu 10:00-11:00", nine_utc, **DK) == "open"


@pytest.mark.parametrize(
    "monday", [date(2026, 3, 23), date(2026, 10, 19)], ids=["spring", "autumn"]
)
def test_changing_the_clocks_moves_no_opening_hour(monday: date) -> None:
    sunday = monday + timedelta(days=6)
    for hour, said in [(9, "closed"), (10, "open"), (11, "open"), (12, "closed")]:
        when = datetime(sunday.year, sunday.month, sunday.day, hour)
        assert hours.state("Su 10:00-12:00", when, **DK) == said


def test_a_typical_week_has_no_holiday_on_a_working_day() -> None:
    # 24 to 26 December, then New Year's Day, are in weeks that begin on the 21st and the 28th
    assert hours.typical_week(date(2026, 12, 15), country="DK") == date(2027, 1, 4)
    assert hours.typical_week(date(2026, 11, 23), country="DK") == date(2026, 11, 23)
    assert hours.typical_week(date(2026, 11, 24), country="DK") == date(2026, 11, 30)


def test_a_wrong_country_or_time_zone_is_refused_even_for_an_empty_text() -> None:
    with pytest.raises(LayerError, match="country_unknown"):
        hours.state("Mo", TUESDAY_NOON, country="XX", timezone="Europe/Copenhagen")
    with pytest.raises(LayerError, match="timezone_unknown"):
        hours.state("", TUESDAY_NOON, country="DK", timezone="Copenhagen")


# --- laws --------------------------------------------------------------------------------------

times = st.integers(0, 23 * 4).map(lambda q: (q // 4, 15 * (q % 4)))
day_ranges = st.sampled_from(["Mo", "Mo-Fr", "Tu,Th", "Sa-Su", "Fr-Mo", "Mo-Su"])


@given(days=day_ranges, start=times, length=st.integers(1, 40), when=st.integers(0, 7 * 96 - 1))
def test_plain_hours_agree_with_the_package_asked_moment_by_moment(
    days: str, start: tuple[int, int], length: int, when: int
) -> None:
    ends = start[0] * 60 + start[1] + 15 * length
    text = f"{days} {start[0]:02d}:{start[1]:02d}-{ends // 60:02d}:{ends % 60:02d}"
    moment = datetime(2026, 11, 23) + timedelta(minutes=15 * when)
    # `intervals` begins on Monday: what began on Sunday evening must still be seen
    package = opening_hours.OpeningHours(text, timezone=ZoneInfo("Europe/Copenhagen"))
    truth = package.is_open(moment.replace(tzinfo=ZoneInfo("Europe/Copenhagen")))
    assert hours.state(text, moment, **DK) == ("open" if truth else "closed")


@given(texts=st.lists(st.sampled_from(["Mo 10:00-12:00", "off", "?", '"call"', None]), max_size=4))
def test_of_several_texts_the_most_hopeful_counts(texts: list[str | None]) -> None:
    many = hours.open_at_any([texts], "any", week=WEEK, **DK)[0]
    single = [hours.open_at(text, "any", week=WEEK, **DK) for text in texts] or ["unknown"]
    assert many == max(single, key=hours.ANSWERS.index)


@given(st.text(max_size=40))
def test_no_text_whatever_breaks_it(text: str) -> None:
    assert hours.state(text, TUESDAY_NOON, **DE) in vocab.HOURS_STATE
