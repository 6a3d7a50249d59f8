"""Face presentation attack detection with learned spoof cue maps (LGSC).

A higher score means more likely an attack; label 1 is an attack everywhere.
"""

__version__ = "0.1.0"
