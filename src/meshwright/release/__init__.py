"""Freeze: what the gate allowed, as canonical bytes named by their digest, and the log of signed records about it."""
