"""Find the cause, tell: one incident for each cause of broken promises, and the messages about it, delivered."""
