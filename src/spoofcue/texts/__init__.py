"""Text files that a user wrote: their encoding, tables and YAML, each read in one way only."""
