"""Capabilities: in what engines differ, as data. Whoever needs to know asks here, never for an engine's name."""

from dataclasses import dataclass

from meshwright.model.product import PublishMode


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one engine can do.

    `dialect` is the SQL that it speaks; `modes` are the ways in which it publishes; `virtual_schemes` are the URLs of
    stores that it can read in place; `embedded` is true of an engine that runs inside the process that calls it, on
    this host's disk.
    """

    dialect: str
    modes: frozenset[PublishMode]
    virtual_schemes: frozenset[str]
    embedded: bool
