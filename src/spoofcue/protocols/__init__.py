"""Protocols as data: which rows of a manifest a fold trains on, tunes on and is judged on."""
