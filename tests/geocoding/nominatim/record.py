"""Record the answers that ``notebooks/11-geocoding-services.ipynb`` shows: ``run.py --record FILE`` calls this."""

from __future__ import annotations

import tempfile
from pathlib import Path

from geomap.geocoding import Service, export_cache, geocode

ADDRESS = "http://localhost:8088"  # the notebook asks the same address, and finds its answers in the file
PORT = 8088
NAMES = (
    "Gogjali",
    "Intisar",
    "Karama",
    "Zanjili",
    "al-Shifa",
    "Samah",
    "Malayeen",
    "al-Salam hospital",
    "Mosul Museum",
    "Great Mosque of al-Nuri",
    "University of Mosul",
    "Mosul",
    "Qayyarah",
    "Hatra",
    "Nimrud",
    "Bartella",
)


def record(output: Path) -> None:
    """Ask for all names as the notebook does, and write the answers to one file."""
    with tempfile.TemporaryDirectory() as folder:
        service = Service("nominatim", domain=ADDRESS, rate=20.0, cache=Path(folder) / "a.sqlite", rate_folder=folder)
        table = geocode(NAMES, service=service, country_codes="iq", language="en", progress=False)
        print(table[["name", "status", "reason", "address"]].to_string())
        service.candidates("Mosul Museum", country_codes=["iq"])
        service.close()
        print(f"recorded {export_cache(output, path=Path(folder) / 'a.sqlite')} answers: {output}")
