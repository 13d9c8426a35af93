"""Which coordinate system a text of a ``.prj`` or of a GeoPackage describes."""

from __future__ import annotations

import warnings

from layers.importing.tables import Note

_LONGEST = 20_000  # letters
_SURE = 25  # of 100: files name the datum in other words, the numbers agree


def from_text(text: str, notes: list[Note]) -> str:
    """Name the system as ``EPSG:25831``, or by its parameters where it has no number.

    Empty, with a note, where it is not understood: then a person is asked.

    Examples
    --------
    >>> from_text('GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    ...           'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]', [])
    'EPSG:4326'
    """
    import pyproj  # noqa: PLC0415 - only here, and not small

    if not text.strip() or len(text) > _LONGEST:
        return ""
    try:
        crs = pyproj.CRS.from_wkt(text)
        if number := crs.to_epsg(min_confidence=_SURE):
            return f"EPSG:{number}"
        with warnings.catch_warnings():  # a proj string says less than the text; enough here
            warnings.simplefilter("ignore")
            if said := crs.to_proj4():
                return str(said)
    except pyproj.exceptions.CRSError:
        pass
    notes.append(Note("crs_not_understood"))
    return ""
