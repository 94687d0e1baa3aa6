"""Text: what a file of YAML says, where each part of it stands, and what is wrong with it so far."""
