"""What one stage leaves for another: records with a format, read and written in one place each."""
