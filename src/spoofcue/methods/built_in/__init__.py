"""The methods that come with spoofcue, one a file: each file holds its entry as ``METHOD``."""
