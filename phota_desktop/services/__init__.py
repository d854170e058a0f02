"""The asynchronous work between client, journal and pictures; knows no Qt."""
