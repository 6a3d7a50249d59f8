"""Work in shards: each is committed once, by processes of this machine or by Ray."""
