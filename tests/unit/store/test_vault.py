"""The vault: durable before it is said, never over another file, whole after any fault."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.vault import Vault


def arrived(vault: Vault, n: int = 0, content: bytes = b"picture", job: str = "job") -> Path:
    part = vault.part(job, n)
    part.write_bytes(content)
    part.with_suffix(".meta").write_text("etag")
    return part


def age(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))


def test_a_kept_picture_is_final_and_private(vault: Vault, folders: AppFolders) -> None:
    path, sha256 = vault.keep(arrived(vault), "job", 0, "jpg")
    assert path == folders.vault / "job-0.jpg"
    assert sha256 == hashlib.sha256(b"picture").hexdigest()
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert list(folders.vault.iterdir()) == [path]
    assert vault.find("job", 0) == path
    assert vault.find("job", 1) is None
    assert vault.kept() == [("job", 0, path)]


def test_equal_bytes_are_adopted_and_others_kept_beside(vault: Vault) -> None:
    first, _ = vault.keep(arrived(vault), "job", 0, "jpg")
    again, _ = vault.keep(arrived(vault), "job", 0, "jpg")
    assert again == first
    other, _ = vault.keep(arrived(vault, content=b"another"), "job", 0, "jpg")
    assert other != first
    assert (first.read_bytes(), other.read_bytes()) == (b"picture", b"another")
    assert vault.find("job", 0) == other


def test_a_crash_between_link_and_unlink_is_finished(vault: Vault, folders: AppFolders) -> None:
    part = arrived(vault)
    os.link(part, folders.vault / "job-0.jpg")
    assert vault.find("job", 0) == folders.vault / "job-0.jpg"
    assert not part.exists()
    part = arrived(vault)
    assert vault.keep(part, "job", 0, "jpg")[0] == folders.vault / "job-0.jpg"
    assert not part.exists()


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("call", ["fsync", "link", "chmod", "unlink"])
@pytest.mark.parametrize("nth", [0, 1, 2])
def test_any_failing_call_loses_nothing(
    vault: Vault,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    nth: int,
    code: int,
) -> None:
    part, real, calls = arrived(vault), getattr(os, call), [0]

    def faulty(*args: object, **kwargs: object) -> object:
        calls[0] += 1
        if calls[0] == nth + 1:
            raise OSError(code, os.strerror(code))
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, faulty)
        with contextlib.suppress(PhotaError):
            vault.keep(part, "job", 0, "jpg")
    assert part.exists() or vault.find("job", 0)
    if part.exists():
        vault.keep(part, "job", 0, "jpg")
    assert vault.find("job", 0).read_bytes() == b"picture"


def test_the_file_is_durable_before_its_name(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    part = arrived(vault)

    def watch(name: str) -> None:
        real = getattr(os, name)

        def call(*args: object, **kwargs: object) -> object:
            kind = ""
            if name == "fsync":
                kind = "dir" if stat.S_ISDIR(os.fstat(args[0]).st_mode) else "file"
            order.append(f"{name} {kind}".strip())
            return real(*args, **kwargs)

        monkeypatch.setattr(os, name, call)

    for name in ("fsync", "link", "unlink"):
        watch(name)
    vault.keep(part, "job", 0, "jpg")
    assert order[:4] == ["fsync file", "link", "fsync dir", "unlink"]


def test_after_a_failed_sync_the_bytes_are_written_anew(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = arrived(vault)
    old = part.stat().st_ino
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _full)
        for _ in range(2):
            with pytest.raises(PhotaError):
                vault.keep(part, "job", 0, "jpg")
    kept, _ = vault.keep(part, "job", 0, "jpg")
    assert kept.stat().st_ino != old
    assert kept.read_bytes() == b"picture"
    assert kept.parent.joinpath("job-0.tmp").exists() is False


def test_bodies(vault: Vault, folders: AppFolders) -> None:
    with vault.new_body("job") as out:
        out.write(b"{}")
        assert not vault.body("job").exists()
    digest = hashlib.sha256(b"{}").hexdigest()
    vault.check_body(vault.body("job"), digest)
    assert stat.S_IMODE(vault.body("job").stat().st_mode) == 0o600
    with pytest.raises(TypeError), vault.new_body("job") as out:
        out.write("not bytes, so the block ends badly")
    assert vault.body("job").read_bytes() == b"{}"
    for path, sha256 in ((vault.body("job"), "0"), (vault.body("none"), digest), (None, digest)):
        with pytest.raises(PhotaError) as caught:
            vault.check_body(path, sha256)
        assert caught.value.kind is ErrorKind.GONE
    with vault.new_body("job-sync") as out:
        out.write(b"{}")
    vault.spool_input("job", 0, ".jpg").write_bytes(b"x")
    vault.spool_input("job2", 0, ".jpg").write_bytes(b"x")
    assert vault.find_input("job", 0).name == "job-0.jpg"
    with pytest.raises(PhotaError):
        vault.find_input("job", 1)
    vault.drop_body("job")
    assert [path.name for path in folders.spool.iterdir()] == ["job2-0.jpg"]


@pytest.mark.parametrize("job", ["../x", "", "a/b", "a.b", "a" * 99, "a\0"])
def test_names_of_others_are_refused(vault: Vault, job: str) -> None:
    for call in (vault.body, vault.drop_body, lambda j: vault.part(j, 0), vault.drop_parts):
        with pytest.raises(ValueError):
            call(job)
    with pytest.raises(ValueError):
        vault.keep(arrived(vault), "job", 0, "../jpg")


def test_delivery_takes_the_next_free_name(vault: Vault, tmp_path: Path) -> None:
    kept, _ = vault.keep(arrived(vault), "job", 0, "jpg")
    folder = tmp_path / "new" / "Photos"
    first = vault.deliver(kept, folder, "IMG_1-enhance", "jpg")
    second = vault.deliver(kept, folder, "IMG_1-enhance", "jpg")
    assert [first.name, second.name] == ["IMG_1-enhance-1.jpg", "IMG_1-enhance-2.jpg"]
    assert first.read_bytes() == b"picture"
    assert not first.samefile(kept)
    assert vault.deliver(kept, folder, "IMG_1-enhance", "jpg", adopt=True) == first
    (folder / "x-1.jpg").symlink_to(tmp_path / "victim")
    (folder / f".{kept.name}.part").write_bytes(b"left by a crash")
    assert vault.deliver(kept, folder, "x", "jpg").name == "x-2.jpg"
    assert not (tmp_path / "victim").exists()
    assert vault.deliver(kept, folder, "../../etc/x", "jpg").parent == folder
    assert not [path for path in folder.iterdir() if path.suffix == ".part"]


def test_a_failing_folder_keeps_the_vault(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _ = vault.keep(arrived(vault), "job", 0, "jpg")
    (tmp_path / "file").write_text("")
    with pytest.raises(PhotaError) as caught:
        vault.deliver(kept, tmp_path / "file", "x", "jpg")
    assert caught.value.kind is ErrorKind.DISK
    monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(PhotaError, match="No space left"):
        vault.deliver(kept, tmp_path / "out", "x", "jpg")
    assert list((tmp_path / "out").iterdir()) == []
    assert kept.read_bytes() == b"picture"


def test_the_sweep_spares_open_young_and_kept(vault: Vault, folders: AppFolders) -> None:
    for job in ("open", "dead"):
        arrived(vault, job=job)
        vault.spool_input(job, 0, ".jpg").write_bytes(b"x")
        with vault.new_body(job) as out:
            out.write(b"{}")
        vault.keep(arrived(vault, n=1, job=job), job, 1, "jpg")
    assert vault.sweep({"open"}) == 0
    age(folders.home)
    vault.spool_input("young", 0, ".jpg").write_bytes(b"x")
    assert vault.sweep({"open"}) == 4
    left = {path.name for path in (*folders.spool.iterdir(), *folders.vault.iterdir())}
    assert left == {
        *("open-0.jpg", "open.json", "open-0.part", "open-0.meta", "open-1.jpg"),
        *("dead-1.jpg", "young-0.jpg"),
    }
    vault.drop_parts("open")
    assert not vault.part("open", 0).exists()


def test_room(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 0, 260_000_000))
    vault.room_for(20_000_000)
    with pytest.raises(PhotaError, match="1 MB are missing") as caught:
        vault.room_for(20_000_001)
    assert caught.value.surely_not_charged


def test_the_reserve_is_real_room(vault: Vault, folders: AppFolders) -> None:
    assert vault.reserve()
    assert vault.reserve()
    stats = (folders.home / "reserve").stat()
    assert stats.st_blocks * 512 >= 64 * 1024 * 1024
    assert vault.release_reserve()
    assert not vault.release_reserve()


def _full(*_args: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_sweep_takes_young_leftovers_of_jobs_that_have_ended(vault: Vault) -> None:
    part = arrived(vault, job="ended")
    young = arrived(vault, job="unknown")
    assert vault.sweep(set(), {"ended"}) == 2
    assert not part.exists()
    assert young.exists()


def test_the_sweep_takes_old_files_without_an_owner(vault: Vault, folders: AppFolders) -> None:
    old = folders.spool / ".half-written.tmp"
    old.write_bytes(b"half")
    age(folders.spool)
    young = folders.spool / ".being-written.tmp"
    young.write_bytes(b"half")
    assert vault.sweep(set()) == 1
    assert not old.exists()
    assert young.exists()


def test_the_sweep_takes_what_a_kill_left_half_written(vault: Vault, folders: AppFolders) -> None:
    (folders.home / "backups").mkdir()
    (folders.cache / "icons").mkdir(parents=True)
    half = [
        folders.home / ".settings.json.0123456789ab.tmp",
        folders.home / "backups" / "journal-20261121.tmp",
        folders.home / "backups" / "journal-20261121.77.tmp-journal",
        folders.cache / "start.bytecode.4711",
        folders.cache / "icons" / "0a-1-20x20.png.4711",
    ]
    whole = [
        folders.home / "settings.json",
        folders.home / ".journal.sqlite3.opening",
        folders.home / "backups" / "journal-20261121.sqlite3",
        folders.cache / "start.bytecode",
        folders.cache / "icons" / "0a-1-20x20.png",
    ]
    for path in (*half, *whole):
        path.write_bytes(b"x")
        os.utime(path, (1, 1))
    young = folders.home / ".settings.json.ba9876543210.tmp"
    young.write_bytes(b"x")
    assert vault.sweep(set()) == len(half)
    assert not any(path.exists() for path in half)
    assert all(path.exists() for path in (*whole, young))
