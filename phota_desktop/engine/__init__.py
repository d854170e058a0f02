"""The local engine: a Phota server of our own that knows nothing of the client."""
