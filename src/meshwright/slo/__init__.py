"""Hold against the promise: from facts to SLIs, budgets and burn rates. Pure: no clock, no database."""
