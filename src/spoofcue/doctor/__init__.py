"""What a decision needs of a machine, looked at part by part: the command ``spoofcue doctor``."""
