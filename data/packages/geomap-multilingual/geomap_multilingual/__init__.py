"""The model with which geomap finds place names in other languages than English; geomap finds it by its entry point."""

from pathlib import Path


def folder() -> Path:
    """Return the folder of the model."""
    return Path(__file__).resolve().parent / "model"
