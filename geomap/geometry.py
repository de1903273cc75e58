"""Distances on the sphere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_KM = 6371.0088

Floats = npt.NDArray[np.float64]


def distance_km(lat_a: npt.ArrayLike, lon_a: npt.ArrayLike, lat_b: npt.ArrayLike, lon_b: npt.ArrayLike) -> Floats:
    """Return great-circle distances in kilometers between points in degrees (haversine, mean Earth radius)."""
    # As arrays: two Series would be aligned by their labels.
    phi_a, theta_a, phi_b, theta_b = (
        np.radians(np.asarray(angle, dtype=float)) for angle in (lat_a, lon_a, lat_b, lon_b)
    )
    half_lat = np.sin((phi_b - phi_a) / 2) ** 2
    half_lon = np.sin((theta_b - theta_a) / 2) ** 2
    chord = half_lat + np.cos(phi_a) * np.cos(phi_b) * half_lon
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)


def unit_vectors(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Return points in degrees as unit vectors, shape (n, 3); their dot product is the cosine of the angle between."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])
