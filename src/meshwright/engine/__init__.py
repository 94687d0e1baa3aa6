"""Execute: stage, check, publish, discard.

`protocol` says what an engine does, `registry` opens one; nothing above sees a driver.
"""
