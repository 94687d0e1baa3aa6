"""Judge: may the proposed mesh replace the one that runs? Pure: no clock, no file, no network."""
