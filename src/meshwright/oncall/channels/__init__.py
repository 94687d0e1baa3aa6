"""Channels: the ways out, one file each. A channel takes one message, or says whether trying again can help."""
