"""Speaks to a Phota server; the only place that imports httpx."""
