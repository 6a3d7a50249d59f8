"""The built-in methods, one file each, found by the names of their files."""
