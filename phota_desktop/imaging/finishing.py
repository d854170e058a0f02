"""What is written into an exported file beside its pixels, and whether anything is at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from phota_desktop.core.library import Marks
from phota_desktop.core.provenance import MetadataChoice, Provenance
from phota_desktop.imaging import metadata
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.metadata import Carried


@dataclass(frozen=True)
class Finisher:
    """The metadata of one picture: whose, and which of them by a person's choice."""

    original: Path | None
    provenance: Provenance | None
    choice: MetadataChoice
    marks: Marks | None = None
    people: tuple[str, ...] = ()
    signing: Path | None = None
    """The folder of the key that credentials are signed with, where the choice signs."""
    own: Path | None = None
    """The picture itself, where its own words are to be written first."""

    def with_place(self) -> Finisher:
        """Return one for a file that says no place, which need not be looked for."""
        return replace(self, choice=replace(self.choice, gps=True))

    def of(self, picture: Path, embedded: Embedded) -> Finisher:
        """Return one for new pixels of ``picture``: its own metadata are no longer within."""
        if self.original is None:
            return replace(self, original=picture)
        has_words = embedded.exif or embedded.xmp or embedded.iptc
        return replace(self, own=picture) if has_words and self.choice.carry else self

    @property
    def strips(self) -> bool:
        """Whether a photo goes out without what it says of itself."""
        return self.original is None and self.provenance is None and not self.choice.carry

    @property
    def hides_place(self) -> bool:
        """Whether a photo goes out without where it was taken."""
        return self.original is None and not self.choice.gps

    @property
    def is_idle(self) -> bool:
        """Whether nothing is to be written or taken away: the very bytes will do."""
        choice = self.choice
        return not (
            (self.original is not None and choice.carry)
            or (self.provenance is not None and (choice.provenance or choice.recipe))
            or (self.provenance is not None and self.signing is not None and choice.sign)
            or (self.marks not in (None, Marks()) and choice.marks)
            or (self.people and choice.people)
            or not choice.gps
            or self.strips
        )

    def finished(self, content: bytes, size: tuple[int, int]) -> Carried:
        """Return the file with its metadata; ``size`` is its width and height as stored."""
        if self.is_idle:
            return Carried(content)
        if self.strips:
            try:
                content = metadata.strip_private(content)
            except ValueError:
                return Carried(content, (metadata.NOT_WRITTEN,))
        warnings: tuple[str, ...] = ()
        if self.own is not None:
            only_words = replace(self.choice, provenance=False, recipe=False)
            own = metadata.finish(
                content, size, original=self.own, provenance=None, choice=only_words
            )
            content, warnings = own.content, own.warnings
        done = metadata.finish(
            content,
            size,
            original=self.original,
            provenance=self.provenance,
            choice=self.choice,
            marks=self.marks if self.marks != Marks() else None,
            people=self.people,
            signing=self.signing,
        )
        return replace(done, warnings=(*warnings, *done.warnings))
