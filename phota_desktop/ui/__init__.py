"""Widgets: thin views over the view-models."""
