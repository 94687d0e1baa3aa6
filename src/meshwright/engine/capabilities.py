"""Capabilities: in what engines differ, as data. Whoever needs to know asks here, never for an engine's name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one engine can do.

    `dialect` is the SQL that it speaks.
    """

    dialect: str
