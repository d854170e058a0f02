"""Requests, options, jobs, profiles, errors and events: values of the standard library only."""
