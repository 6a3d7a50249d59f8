"""The compared methods behind one interface: fit on a prepared folder, load, score."""
