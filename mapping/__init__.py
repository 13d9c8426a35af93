"""What is computed and drawn from the data in ``layers``."""
