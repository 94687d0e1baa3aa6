"""Effects: what follows from a change, for whom, from when on, and at what cost?"""
