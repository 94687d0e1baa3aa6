"""How a domain's own code is run: in a process and an environment of its own. Knows no engine."""
