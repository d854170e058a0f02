"""Pixels and metadata of photographs; the only place that imports Pillow."""
