"""The eye of the window: variants of the shown photo are ready for the canvas when they appear."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.jobs import Job
from phota_desktop.viewmodels import decoding
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.images import ImageLoader, ThumbnailLoader
from phota_desktop.viewmodels.studio import StudioViewModel

if TYPE_CHECKING:
    from phota_desktop.imaging.colour import Pixels


class VariantViewer:
    """Takes pictures from the job that checked them, so that none is decoded twice."""

    def __init__(
        self, studio: StudioViewModel, loader: ImageLoader, thumbnails: ThumbnailLoader
    ) -> None:
        self._studio = studio
        self._loader = loader
        self._thumbnails = thumbnails

    def wants(self, job: Job) -> bool:
        """Tell whether the job is one of the photo on the screen."""
        return not job.hidden and self._studio.photo in job.request.images

    def take(self, path: Path, levels: Sequence[Pixels], width: int, height: int) -> None:
        """Give the picture to canvas and strip; runs in a worker thread."""
        images = decoding.wrap_levels(levels)
        self._loader.offer(path, LoadedImage(images, width, height, complete=True))
        self._thumbnails.offer(path, levels)
