"""Remember: what was activated, published, checked and failed, as appended facts; and the state that they come to."""
