"""The command line: one module per verb. It reads words and a clock, calls an action, and prints what came of it."""
