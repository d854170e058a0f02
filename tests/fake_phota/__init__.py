"""A Phota server for tests: loopback HTTP, a ledger of what was charged, and chaos on demand."""

from tests.fake_phota.chaos import Chaos, Fault, Traits
from tests.fake_phota.ledger import Ledger
from tests.fake_phota.pictures import picture
from tests.fake_phota.running import FakePhota, FakePhotaThread

__all__ = ["Chaos", "FakePhota", "FakePhotaThread", "Fault", "Ledger", "Traits", "picture"]
