"""Bringing tables in: one small reader a format, one builder a kind, one transaction.

A file from outside is hostile until it is rows of text: it is opened only in a child process
(:mod:`layers.importing.child`). What comes back is checked row by row and either written or
listed with number, reason and remedy (:mod:`layers.importing.importer`). Nothing is imported here,
so that the child stays small.
"""
