"""Hours as people write them in six languages and Danish: what is understood, what stays unknown.

Each line was read by a person and written beside it in OpenStreetMap's syntax. The two must mean
the same in every minute of four weeks, so that days of a month are compared as well.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from layers import hours

WEEKS = [date(2026, 11, 2) + timedelta(weeks=n) for n in range(4)]  # no holiday anywhere below
WHERE = {
    "de": {"country": "DE", "timezone": "Europe/Berlin"},
    "fr": {"country": "FR", "timezone": "Europe/Paris"},
    "en": {"country": "GB", "timezone": "Europe/London"},
    "nl": {"country": "NL", "timezone": "Europe/Amsterdam"},
    "it": {"country": "IT", "timezone": "Europe/Rome"},
    "es": {"country": "ES", "timezone": "Europe/Madrid"},
    "da": {"country": "DK", "timezone": "Europe/Copenhagen"},
    "be": {"country": "BE", "timezone": "Europe/Brussels"},
    "fi": {"country": "FI", "timezone": "Europe/Helsinki"},
}
UNDERSTOOD = [
    ("de", "Montag - Freitag 8:00 - 16:00 Uhr", "Mo-Fr 08:00-16:00"),
    ("de", "Mo.-Fr. 8-16 Uhr", "Mo-Fr 08:00-16:00"),
    ("de", "Mo, Mi, Fr 9\u201312 Uhr", "Mo,We,Fr 09:00-12:00"),
    ("de", "Mo/Mi/Fr 9-12", "Mo,We,Fr 09:00-12:00"),
    ("de", "Mo + Do 14-18 Uhr", "Mo,Th 14:00-18:00"),
    ("de", "Di u. Do 10.00-12.30", "Tu,Th 10:00-12:30"),
    ("de", "montags bis donnerstags 9-15 Uhr", "Mo-Th 09:00-15:00"),
    ("de", "dienstags 17-19 Uhr", "Tu 17:00-19:00"),
    ("de", "Mo-Fr 8-12 und 14-17 Uhr", "Mo-Fr 08:00-12:00,14:00-17:00"),
    ("de", "Mo-Do 8-16, Fr 8-13", "Mo-Th 08:00-16:00; Fr 08:00-13:00"),
    ("de", "Jeden 1. und 3. Mittwoch im Monat 17-19 Uhr", "We[1,3] 17:00-19:00"),
    ("de", "jeden ersten Montag im Monat 18-20 Uhr", "Mo[1] 18:00-20:00"),
    ("de", "jeden letzten Freitag im Monat 15-17 Uhr", "Fr[-1] 15:00-17:00"),
    ("de", "2. und 4. Samstag 10-12 Uhr", "Sa[2,4] 10:00-12:00"),
    ("de", "Mo-Fr 9-17 Uhr, Termine nach Vereinbarung", 'Mo-Fr 09:00-17:00 || "by appointment"'),
    ("de", "nur nach telefonischer Terminvereinbarung", '"by appointment"'),
    ("de", "nach Absprache", '"by appointment"'),
    ("de", "auf Anfrage", '"by appointment"'),
    ("fr", "sur demande", '"by appointment"'),
    ("en", "on request", '"by appointment"'),
    ("nl", "op aanvraag", '"by appointment"'),
    ("it", "a richiesta", '"by appointment"'),
    ("es", "bajo petición", '"by appointment"'),
    ("de", "rund um die Uhr", "24/7"),
    ("de", "durchgehend geöffnet", "24/7"),
    ("de", "Mo-Fr ab 9 Uhr", "Mo-Fr 09:00+"),
    ("de", "Mo: 9-12; Di: 14-18; Mi: geschlossen", "Mo 09:00-12:00; Tu 14:00-18:00; We off"),
    (
        "de",
        "Montag: 9:00\u201312:00 Uhr\nDienstag: 14:00\u201318:00 Uhr\nMittwoch: geschlossen",
        "Mo 09:00-12:00; Tu 14:00-18:00; We off",
    ),
    ("de", "Montag | 9:00-12:00", "Mo 09:00-12:00"),
    ("de", "Mo-Fr: 08.30 - 12.00 Uhr / 13.00 - 16.30 Uhr", "Mo-Fr 08:30-12:00,13:00-16:30"),
    ("de", "Wochenende 10-14 Uhr", "Sa-Su 10:00-14:00"),
    ("de", "Mo-Fr 0900-1700", "Mo-Fr 09:00-17:00"),
    ("de", "geschlossen", "off"),
    ("de", "Öffnungszeiten: Mo-Fr 9-17 Uhr", "Mo-Fr 09:00-17:00"),
    ("de", "Mo\u2013Fr 9\u201317 Uhr (außer Feiertage)", "Mo-Fr 09:00-17:00; PH off"),
    ("de", "Sonn- und Feiertag 10-12", "Su,PH 10:00-12:00"),
    ("fr", "du lundi au vendredi de 9h à 12h et de 14h à 17h30", "Mo-Fr 09:00-12:00,14:00-17:30"),
    ("fr", "Lun-Ven : 9h00 - 18h00", "Mo-Fr 09:00-18:00"),
    ("fr", "Lundi, mardi et jeudi : 9h-12h30", "Mo,Tu,Th 09:00-12:30"),
    ("fr", "le mercredi de 14h à 18h", "We 14:00-18:00"),
    ("fr", "tous les mardis de 10h à 12h", "Tu 10:00-12:00"),
    ("fr", "Lun. au ven. 8h30-17h", "Mo-Fr 08:30-17:00"),
    ("fr", "sur RDV", '"by appointment"'),
    ("fr", "sur rendez-vous uniquement", '"by appointment"'),
    ("fr", "le premier samedi du mois de 10h à 12h", "Sa[1] 10:00-12:00"),
    ("fr", "1er et 3e mercredi du mois 14h-16h", "We[1,3] 14:00-16:00"),
    ("fr", "24h/24 7j/7", "24/7"),
    ("fr", "Tous les jours de 8h à 20h sauf dimanche", "Mo-Su 08:00-20:00; Su off"),
    ("fr", "Fermé le lundi", "Mo off"),
    ("fr", "Ma-Sa 10h-19h, fermé dimanche et lundi", "Tu-Sa 10:00-19:00; Su,Mo off"),
    ("fr", "lundi 9h-midi", "Mo 09:00-12:00"),
    ("fr", "en semaine 9h-17h", "Mo-Fr 09:00-17:00"),
    ("fr", "Lun 9h-12h / 13h-17h ; Mar 9h-12h", "Mo 09:00-12:00,13:00-17:00; Tu 09:00-12:00"),
    ("en", "Monday to Friday, 9am to 5pm", "Mo-Fr 09:00-17:00"),
    ("en", "Mon-Fri 9am-5pm; Sat 10am-2pm", "Mo-Fr 09:00-17:00; Sa 10:00-14:00"),
    ("en", "Mon, Wed & Fri 10-4pm", "Mo,We,Fr 10:00-16:00"),
    ("en", "Mondays 6-8pm", "Mo 18:00-20:00"),
    ("en", "Weekdays 9:00-17:00", "Mo-Fr 09:00-17:00"),
    ("en", "Open 7 days a week 8am - 8pm", "Mo-Su 08:00-20:00"),
    ("en", "24 hours", "24/7"),
    ("en", "24 hours a day, 7 days a week", "24/7"),
    ("en", "First Tuesday of the month 2pm-4pm", "Tu[1] 14:00-16:00"),
    ("en", "Mon-Thu 9.30am-5.30pm, Fri 9.30am-1pm", "Mo-Th 09:30-17:30; Fr 09:30-13:00"),
    ("en", "By appointment", '"by appointment"'),
    ("en", "Mon - Fri: 9 am - noon", "Mo-Fr 09:00-12:00"),
    ("en", "Tues 12 noon to 2pm", "Tu 12:00-14:00"),
    ("en", "Closed on public holidays", "PH off"),
    ("en", "9:00-17:00 Mon-Fri", "Mo-Fr 09:00-17:00"),
    ("nl", "maandag t/m vrijdag 9.00 - 17.00 uur", "Mo-Fr 09:00-17:00"),
    ("nl", "ma t/m do van 9:00 tot 16:30 uur", "Mo-Th 09:00-16:30"),
    ("nl", "ma-vr 9-17u", "Mo-Fr 09:00-17:00"),
    ("nl", "Maandag: 9u00 - 12u30", "Mo 09:00-12:30"),
    ("nl", "di, do en za 10-12 uur", "Tu,Th,Sa 10:00-12:00"),
    ("nl", "op afspraak", '"by appointment"'),
    ("nl", "volgens afspraak", '"by appointment"'),
    ("nl", "ma-vr 9:00-17:00, wo gesloten", "Mo-Fr 09:00-17:00; We off"),
    ("nl", "elke dag 8-22 uur", "Mo-Su 08:00-22:00"),
    ("nl", "eerste maandag van de maand 19:00-21:00", "Mo[1] 19:00-21:00"),
    ("nl", "weekend gesloten", "Sa-Su off"),
    ("nl", "24 uur per dag", "24/7"),
    ("it", "lunedì - venerdì 9:00 - 13:00 e 14:00 - 18:00", "Mo-Fr 09:00-13:00,14:00-18:00"),
    ("it", "dal lunedì al venerdì dalle 9 alle 17", "Mo-Fr 09:00-17:00"),
    ("it", "lun-ven 8.30-12.30 / 15.00-18.00", "Mo-Fr 08:30-12:30,15:00-18:00"),
    ("it", "martedì e giovedì ore 15-18", "Tu,Th 15:00-18:00"),
    ("it", "su appuntamento", '"by appointment"'),
    ("it", "previo appuntamento", '"by appointment"'),
    ("it", "tutti i giorni 9-19", "Mo-Su 09:00-19:00"),
    ("it", "sabato chiuso", "Sa off"),
    ("it", "sab e dom chiuso", "Sa,Su off"),
    ("it", "primo sabato del mese 10:00-12:00", "Sa[1] 10:00-12:00"),
    ("it", "lunedi-venerdi 9-13", "Mo-Fr 09:00-13:00"),
    ("es", "lunes a viernes de 9:00 a 14:00", "Mo-Fr 09:00-14:00"),
    ("es", "de lunes a jueves de 9 a 14 h y de 16 a 19 h", "Mo-Th 09:00-14:00,16:00-19:00"),
    ("es", "L-V 9:00-14:00", "Mo-Fr 09:00-14:00"),
    ("es", "Lun-Vie 9.00-14.00 h", "Mo-Fr 09:00-14:00"),
    ("es", "martes y jueves 16:00-20:00", "Tu,Th 16:00-20:00"),
    ("es", "con cita previa", '"by appointment"'),
    ("es", "cita previa", '"by appointment"'),
    ("es", "sábados cerrado", "Sa off"),
    ("es", "todos los días de 10 a 20h", "Mo-Su 10:00-20:00"),
    ("es", "lunes a viernes, 10:00 a 13:30 h. y 17:00 a 20:00 h.", "Mo-Fr 10:00-13:30,17:00-20:00"),
    ("es", "primer lunes de mes 17:00-19:00", "Mo[1] 17:00-19:00"),
    ("es", "miercoles 10-12", "We 10:00-12:00"),
    ("es", "abierto 24 horas", "24/7"),
    ("da", "Man-fre 9-15", "Mo-Fr 09:00-15:00"),
    ("da", "mandag til fredag kl. 9.00 til 15.30", "Mo-Fr 09:00-15:30"),
    ("da", "Tirsdag og torsdag kl. 10-12", "Tu,Th 10:00-12:00"),
    ("da", "efter aftale", '"by appointment"'),
    ("da", "Kun efter aftale", '"by appointment"'),
    ("da", "hverdage 8-16", "Mo-Fr 08:00-16:00"),
    ("da", "døgnåbent", "24/7"),
    ("da", "Lørdag lukket", "Sa off"),
    ("da", "alle dage 10-22", "Mo-Su 10:00-22:00"),
    ("fi", "Mo-Fr 16:00-, Sa 14:00-", "Mo-Fr 16:00+; Sa 14:00+"),
    ("fi", "Mon - Fri 11am - 11pm; Sat 12pm - 11pm", "Mo-Fr 11:00-23:00; Sa 12:00-23:00"),
    ("fi", "Mo-Fr 09:00-16:00 Sa 10:00-12:00", "Mo-Fr 09:00-16:00; Sa 10:00-12:00"),
    ("de", "Mo-Fr 9:00 \u00ad 17:00", "Mo-Fr 09:00-17:00"),
    ("de", "Mo-Fr 10:00-18:00 ; ", "Mo-Fr 10:00-18:00"),
    ("de", "Mo-Fr 17-9 Uhr", "Mo-Fr 17:00-09:00"),
    ("en", "Open Mon-Fri 8am - 6pm, closed weekends", "Mo-Fr 08:00-18:00; Sa-Su off"),
    ("fr", "fermé le week-end", "Sa-Su off"),
    ("en", "Tuesday 10-12 and by appointment", 'Tu 10:00-12:00 || "by appointment"'),
    (
        "de",
        "Mo 9-12, Di 14-17, Mi 9-12 u. 14-16",
        "Mo 09:00-12:00; Tu 14:00-17:00; We 09:00-12:00,14:00-16:00",
    ),
    ("de", "Mo 9-12 Di 14-17", "Mo 09:00-12:00; Tu 14:00-17:00"),
    ("fr", "lundi 9-12 14-17", "Mo 09:00-12:00,14:00-17:00"),
    ("es", "lunes, miércoles y viernes de 10 a 12", "Mo,We,Fr 10:00-12:00"),
    ("da", "1. tirsdag i måneden kl. 19-21", "Tu[1] 19:00-21:00"),
    ("nl", "iedere woensdag van 14 tot 16 uur", "We 14:00-16:00"),
]
# said, and not when; or to be read in two ways; or in a way that nobody here has learnt
UNKNOWN = [
    ("de", "werktags 8-18 Uhr"),
    ("fr", "Lu-Ve 9h-12h sur rendez-vous l'après-midi"),
    ("en", "weekdays 9-5"),
    ("en", "every second Thursday 14:00-16:00"),
    ("en", "Drop-in Tuesdays 1pm-3pm"),
    ("en", "9-5 Mon-Fri"),
    ("en", "term time only"),
    ("en", "Mon-Fri 09:00-17:00 (term time only)"),
    ("it", "giorni feriali 9:00-13:00"),
    ("fi", "Mo-Fr 09:30 - 15:00. Lunch Mo-Fr 11:00 - 13:30"),
    ("fi", "Mo-Fr 8-02;Sa 8-02 Su 8"),
    ("fi", "Seasonal, only summer time"),
    ("be", "lundi 9h-12h; dinsdag 9-12"),
    ("de", "siehe Website"),
    ("fr", "horaires variables"),
    ("en", "varies"),
    ("nl", "zie website"),
    ("it", "da definire"),
    ("es", "consultar"),
    ("en", "Please call"),
    ("de", "Mo-Fr 25-30 Uhr"),
    ("nl", "dinsdag 9-12, overige dagen op afspraak"),
    ("it", "lun. mer. ven. 9-12"),
    ("da", "mandag-fredag 9.00-16.00 (fredag til kl. 14)"),
]


def states(text: str, week: date, where: dict[str, str]) -> list[str]:
    """Say the state of every quarter of an hour of a week."""
    first = datetime.combine(week, time())
    moments = (first + timedelta(minutes=15 * n + 1) for n in range(7 * 96))
    return [hours.state(text, one, **where) for one in moments]


@pytest.mark.parametrize(("lang", "text", "osm"), UNDERSTOOD)
def test_it_means_what_a_person_reads(lang: str, text: str, osm: str) -> None:
    for week in WEEKS:
        assert states(text, week, WHERE[lang]) == states(osm, week, WHERE[lang])
    assert any({*states(osm, week, WHERE[lang])} - {"unknown"} for week in WEEKS)


@pytest.mark.parametrize(("lang", "text"), UNKNOWN)
def test_what_is_not_sure_is_never_open(lang: str, text: str) -> None:
    for week in WEEKS:
        assert {*states(text, week, WHERE[lang])} <= {"unknown", "by_appointment"}
