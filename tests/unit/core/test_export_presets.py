"""Export settings read back from JSON that anybody may have written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phota_desktop.core.export_presets import from_plain, presets_from_plain, to_plain
from phota_desktop.core.exporting import (
    ColourSpace,
    ExportFormat,
    ExportSettings,
    Resize,
    Sharpening,
)
from phota_desktop.core.provenance import MetadataChoice

ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["", ".", "../..", "/x/y", "jpeg", "\x00", "\ud800", 8, 16, 95, 1e308]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
FIELDS = sorted(to_plain(ExportSettings()))


def test_all_settings_come_back() -> None:
    full = ExportSettings(
        ExportFormat.WEBP,
        80,
        target_bytes=50_000,
        resize=Resize(width=100, height=80, enlarge=True),
        colour=ColourSpace.DISPLAY_P3,
        sharpening=Sharpening.LOW,
        bits=8,
        metadata=MetadataChoice(gps=False, people=True),
        name_template="{stem} {n}",
        folder=Path("/out"),
        sidecar=True,
    )
    assert from_plain(json.loads(json.dumps(to_plain(full)))) == full


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), ODD) | ODD)
def test_whatever_is_read_can_be_used(plain: object) -> None:
    found = from_plain(plain)
    # A template may be wrong: it is shown with its problem, so that a person can mend it.
    assert replace(found, name_template="{stem}").problems() in ([], _fits_no_size(found))
    assert found.folder is None or found.folder.is_absolute()
    json.dumps(to_plain(found))


def _fits_no_size(found: ExportSettings) -> list[object]:
    problems = replace(found, name_template="{stem}").problems()
    return [one for one in problems if one.field == "target_bytes"]


@pytest.mark.parametrize("folder", ["", ".", "out", "../x", "~/x", 3, None])
def test_a_folder_that_is_no_whole_path_is_none(folder: object) -> None:
    assert from_plain({"folder": folder}).folder is None


@settings(max_examples=100, deadline=None)
@given(ODD)
def test_no_list_of_presets_is_refused_with_an_error(listed: object) -> None:
    for preset in presets_from_plain(listed):
        assert preset.name.strip() == preset.name
        assert preset.name
