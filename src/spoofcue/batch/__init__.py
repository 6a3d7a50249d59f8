"""Many recordings, scored by shards on one machine or several, each exactly once."""
