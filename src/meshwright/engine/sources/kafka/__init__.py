"""Kafka: which messages an interval has (`offsets`), read of a broker (`connect`, `read`).

They are rows (`messages`), or can be none (`poison`).
"""
