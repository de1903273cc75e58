"""Words that narrow a place without naming another one, such as the first of "eastern Mosul", as regular expressions.

Recognition cuts them off the names that it finds, resolution off the names that it looks up. What each of them adds
stands with its own rules.
"""

from __future__ import annotations

POINTS_OF_COMPASS = "(?:north|south|east|west)(?:ern)?"
# The short ones first: of "north-eastern" only "north" is a word of its own.
DIRECTIONS = rf"{POINTS_OF_COMPASS}|(?:north|south)-?(?:east|west)(?:ern)?"
PARTS_OF_AREAS = "central|metro|metropolitan|greater|downtown|rural|mid"
