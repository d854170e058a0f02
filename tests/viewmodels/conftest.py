"""What several view-model tests start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from phota_desktop.viewmodels.images import ImageLoader


@pytest.fixture
def loader(qapp: object) -> Iterator[ImageLoader]:
    """Give a loader with two decoders, and end it."""
    made = ImageLoader(threads=2)
    yield made
    made.close()
