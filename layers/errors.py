"""Errors a person can act on: a code to translate, and values that are safe to show."""

from __future__ import annotations


class LayerError(Exception):
    """Something in the data is wrong, and the sentence for it is ``error.<code>`` in the words.

    Values are numbers, row numbers, column names and file names. A participant's own text never
    goes in here, because errors end in logs and on screens.

    Examples
    --------
    >>> error = LayerError("file_no_rows", file="services.csv")
    >>> error.code, error.blanks
    ('file_no_rows', {'file': 'services.csv'})
    """

    def __init__(self, code: str, **values: str | float) -> None:
        self.code = code
        self.blanks = values
        blanks = ", ".join(f"{name}={value!r}" for name, value in values.items())
        super().__init__(f"{code}({blanks})")


class CRSError(ValueError):
    """A coordinate system is missing, in degrees where metres are needed, or not the same."""
