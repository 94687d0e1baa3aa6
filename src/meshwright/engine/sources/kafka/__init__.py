"""Kafka: which messages an interval has (`offsets`), read of a broker (`connect`, `read`), as rows (`messages`)."""
