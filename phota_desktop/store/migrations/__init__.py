"""The journal's schema, step by step: each ``NNN_*.sql`` raises the schema number to ``NNN``."""
