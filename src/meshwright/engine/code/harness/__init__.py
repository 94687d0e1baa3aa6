"""What runs in a domain's own environment, which has nothing of ours: each file by itself, on the standard library."""
