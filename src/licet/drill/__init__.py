"""Drills: what must go right on the worst day, done now, on people who do not exist."""
