"""Many exports at once: each on its own, named without clashes, whole when cancelled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.exporting import ExportFormat, ExportPreset, ExportSettings, Resize
from phota_desktop.core.file_names import NameTokens
from phota_desktop.core.library import Label, Marks
from phota_desktop.services.export import Exporter, ExportItem
from phota_desktop.services.export_presets import FILE_NAME, ExportPresets
from phota_desktop.services.threads import Threads
from phota_desktop.store.paths import AppFolders


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    found = AppFolders.find({"PHOTA_DESKTOP_HOME": str(tmp_path / "home")})
    found.create()
    return found


def photo(path: Path, size: tuple[int, int] = (80, 60)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    out = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, "JPEG", quality=95)
    path.write_bytes(out.getvalue())
    return path


def made(folder: Path, count: int) -> list[ExportItem]:
    return [
        ExportItem(
            photo(folder / f"{n}.jpg"), tokens=NameTokens(stem="same", operation="edit", n=1)
        )
        for n in range(count)
    ]


async def test_one_bad_file_never_stops_the_rest(tmp_path: Path, folders: AppFolders) -> None:
    good = made(tmp_path / "in", 4)
    broken = tmp_path / "in" / "broken.jpg"
    broken.write_bytes(good[0].picture.read_bytes()[:300])
    items = [good[0], ExportItem(broken), good[1], ExportItem(tmp_path / "gone.jpg"), *good[2:]]
    told: list[tuple[int, int]] = []
    settings = ExportSettings(format=ExportFormat.PNG, folder=tmp_path / "new" / "out")
    report = await Exporter(folders).run(items, settings, progress=lambda *one: told.append(one))
    assert [one.item for one in report.outcomes] == items
    assert len(report.saved) == 4
    assert [one.item.picture.name for one in report.failed] == ["broken.jpg", "gone.jpg"]
    assert all(one.error.kind is ErrorKind.BAD_IMAGE for one in report.failed if one.error)
    assert told == [(n, 6) for n in range(7)]
    names = {path.name for path in (tmp_path / "new" / "out").iterdir()}
    assert names == {
        "same-edit-1.png",
        "same-edit-1-2.png",
        "same-edit-1-3.png",
        "same-edit-1-4.png",
    }
    assert set(report.paths) == {tmp_path / "new" / "out" / name for name in names}


async def test_only_what_failed_is_tried_again(tmp_path: Path, folders: AppFolders) -> None:
    items = made(tmp_path / "in", 3)
    kept = items[1].picture.read_bytes()
    items[1].picture.write_bytes(b"not yet")
    settings = ExportSettings(folder=tmp_path / "out", name_template="{counter:03}")
    exporter = Exporter(folders)
    first = await exporter.run(items, settings)
    assert [one.failed for one in first.outcomes] == [False, True, False]
    items[1].picture.write_bytes(kept)
    second = await exporter.again(first, settings)
    assert [one.item for one in second.outcomes] == items
    assert not second.failed
    assert sorted(path.name for path in second.paths) == ["001.jpg", "002.jpg", "003.jpg"]
    assert len(list((tmp_path / "out").iterdir())) == 3


async def test_cancelling_leaves_whole_files_only(tmp_path: Path, folders: AppFolders) -> None:
    items = made(tmp_path / "in", 12)
    done = 0

    def on_progress(now: int, _total: int) -> None:
        nonlocal done
        done = now

    settings = ExportSettings(format=ExportFormat.TIFF, folder=tmp_path / "out")
    exporter = Exporter(folders, workers=1)
    report = await exporter.run(items, settings, progress=on_progress, cancelled=lambda: done >= 3)
    assert 3 <= len(report.saved) < 12
    assert not report.failed
    assert len(report.left) == 12 - len(report.saved)
    written = list((tmp_path / "out").iterdir())
    assert set(written) == set(report.paths)
    for path in written:
        with Image.open(path) as image:
            image.load()
    rest = await exporter.again(report, settings)
    assert len(rest.saved) == 12


async def test_thousands_never_hold_the_window_up(tmp_path: Path, folders: AppFolders) -> None:
    items = made(tmp_path / "in", 1) * 3000
    most = done = 0

    def on_progress(now: int, _total: int) -> None:
        nonlocal most, done
        most, done = max(most, len(asyncio.all_tasks())), now

    exporter = Exporter(folders, workers=2)
    report = await exporter.run(
        items,
        ExportSettings(folder=tmp_path / "out"),
        progress=on_progress,
        cancelled=lambda: done >= 20,
    )
    # One task for each picture would begin them all in one turn of the loop.
    assert most < 10
    assert 20 <= len(report.saved) < 30
    assert len(report.left) == 3000 - len(report.saved)
    assert [one.item for one in report.outcomes] == items


async def test_a_run_that_is_given_up_stops_its_threads(
    tmp_path: Path, folders: AppFolders
) -> None:
    items = made(tmp_path / "in", 30)
    started = asyncio.Event()
    settings = ExportSettings(
        format=ExportFormat.TIFF, resize=Resize(long_side=900, enlarge=True), folder=tmp_path / "o"
    )
    run = asyncio.ensure_future(
        Exporter(folders, workers=1).run(
            items, settings, progress=lambda now, _: started.set() if now else None
        )
    )
    await started.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    await asyncio.sleep(0.3)
    count = len(list((tmp_path / "o").iterdir()))
    assert count < 30
    await asyncio.sleep(0.3)
    written = list((tmp_path / "o").iterdir())
    assert len(written) == count
    assert all(path.suffix == ".tif" for path in written)


async def test_where_pictures_go(tmp_path: Path, folders: AppFolders) -> None:
    original = photo(tmp_path / "shoot" / "IMG_1.jpg")
    result = photo(folders.vault / "abc-0.jpg")
    other = photo(tmp_path / "elsewhere" / "x.jpg")
    tokens = NameTokens(stem="IMG_1", operation="enhance", n=2)
    chosen = tmp_path / "chosen"
    items = [
        ExportItem(result, original, tokens=tokens),
        ExportItem(result, tokens=tokens),
        ExportItem(other, tokens=tokens),
    ]
    for out_dir, results in ((None, folders.results), (chosen, chosen)):
        exporter = Exporter(folders, lambda out_dir=out_dir: out_dir)
        report = await exporter.run(items, ExportSettings())
        assert not report.failed
        assert [path.parent for path in report.paths] == [original.parent, results, other.parent]
    assert (original.parent / "IMG_1-enhance-2.jpg").is_file()
    assert original.read_bytes() == result.read_bytes()  # both as they were


async def test_a_folder_that_cannot_be_is_each_ones_failure(
    tmp_path: Path, folders: AppFolders
) -> None:
    file = photo(tmp_path / "file.jpg")
    settings = ExportSettings(folder=file / "below")
    report = await Exporter(folders).run(made(tmp_path / "in", 2), settings)
    assert [one.error.kind for one in report.failed if one.error] == [ErrorKind.DISK] * 2
    moved = await Exporter(folders).again(report, ExportSettings(folder=tmp_path / "good"))
    assert len(moved.saved) == 2


async def test_settings_with_problems_are_refused(tmp_path: Path, folders: AppFolders) -> None:
    for settings, field in (
        (ExportSettings(quality=0), "quality"),
        (ExportSettings(name_template="{nothing}"), "name_template"),
        (ExportSettings(format=ExportFormat.PNG, target_bytes=5000), "target_bytes"),
        (ExportSettings(resize=Resize()), "resize"),
        (ExportSettings(bits=12), "bits"),
    ):
        with pytest.raises(PhotaError) as caught:
            await Exporter(folders).run(made(tmp_path / "in", 1), settings)
        assert caught.value.field == field


async def test_sidecars_lie_beside(tmp_path: Path, folders: AppFolders) -> None:
    item = ExportItem(
        photo(tmp_path / "a.jpg"),
        tokens=NameTokens(stem="a", operation="edit"),
        marks=Marks(stars=4, label=Label.RED),
    )
    settings = ExportSettings(folder=tmp_path / "out", sidecar=True)
    report = await Exporter(folders).run([item], settings)
    (written,) = report.paths
    sidecar = written.with_name(f"{written.name}.xmp")
    assert b"Rating" in sidecar.read_bytes()
    sidecar.write_bytes(b"somebody's")
    written.unlink()
    again = await Exporter(folders).run([item], settings)
    assert len(again.saved) == 1
    assert [count for words, count in again.warnings if "XMP" in words] == [1]
    assert sidecar.read_bytes() == b"somebody's"


async def test_presets_are_kept_renamed_and_read_leniently(folders: AppFolders) -> None:
    threads = Threads()
    try:
        presets = ExportPresets(folders, threads)
        assert await presets.all() == []
        assert await presets.last() == ExportSettings()
        web = ExportSettings(
            format=ExportFormat.WEBP, resize=Resize(long_side=2048), folder=Path("/pictures/é")
        )
        await presets.save(ExportPreset(" web ", web))
        await presets.save(ExportPreset("Print", ExportSettings(format=ExportFormat.TIFF)))
        await presets.remember(web)
        assert [one.name for one in await presets.all()] == ["Print", "web"]
        again = ExportPresets(folders, threads)
        assert (await again.all())[1].settings == web == await again.last()
        with pytest.raises(PhotaError):
            await presets.rename("web", "Print")
        with pytest.raises(PhotaError):
            await presets.rename("none", "other")
        with pytest.raises(PhotaError):
            await presets.save(ExportPreset("  ", web))
        await presets.rename("web", "Web 2048")
        await presets.remove("Print")
        assert [one.name for one in await presets.all()] == ["Web 2048"]
        file = folders.settings_file.with_name(FILE_NAME)
        assert file.stat().st_mode & 0o777 == 0o600
        text = file.read_text().replace('"webp"', '"jpeg2000"').replace("2048,", '"wide",')
        file.write_text(text)
        (read,) = await again.all()
        assert read.settings.format == ExportFormat.AS_IS
        assert read.settings.resize is None
        assert read.settings.folder == web.folder
        for broken in ("", "[]", '{"presets": 7, "last": []}', "{", '{"presets": [{"name": 3}]}'):
            file.write_text(broken)
            assert await again.all() == []
            assert await again.last() == ExportSettings()
    finally:
        threads.close()


def test_a_picture_goes_next_to_its_original_where_that_still_is(tmp_path: Path) -> None:
    from phota_desktop.resources import resource

    folders = AppFolders.find({"PHOTA_DESKTOP_HOME": str(tmp_path / "home")})
    exporter = Exporter(folders, lambda: tmp_path / "out")
    settings = ExportSettings()
    (tmp_path / "photos").mkdir()
    result = folders.vault / "job-0.jpg"
    items = [
        ExportItem(result, tmp_path / "photos" / "a.jpg"),
        ExportItem(result, tmp_path / "unplugged" / "a.jpg"),
        ExportItem(result),
        ExportItem(resource("samples", "cat-natural.jpg"), resource("samples", "cat.jpg")),
        ExportItem(tmp_path / "photos" / "a.jpg"),
    ]
    planned = exporter.plan(items, replace(settings, format=ExportFormat.JPEG))
    out, photos = tmp_path / "out", tmp_path / "photos"
    assert [one.folder for one in planned] == [photos, out, out, out, photos]
