"""Kafka: which messages an interval has (`offsets`), read of a broker (`connect`, `read`).

They are JSON, or were written by a registered schema (`registry`, `schemas`); rows (`messages`), or none (`poison`).
"""
