"""Phota Desktop: the photo client for the Phota API; the version lives here and nowhere else."""

__version__ = "0.1.0"
