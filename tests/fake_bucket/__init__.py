"""A real S3 server on loopback (moto's, in a process of its own) behind a door that checks."""

from tests.fake_bucket.door import Entry
from tests.fake_bucket.running import KEY_ID, SECRET, FakeBucket, start_moto

__all__ = ["KEY_ID", "SECRET", "Entry", "FakeBucket", "start_moto"]
