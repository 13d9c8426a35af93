"""An invented city, made by a seeded script, so that everything can be tried without real people.

``python -m sample_data PATH`` makes it. No place, organization, person, number or event in it is
real; see ``README.md`` beside this file.
"""
