"""The detector as a service over HTTP; the extra ``serve`` brings what it needs."""
