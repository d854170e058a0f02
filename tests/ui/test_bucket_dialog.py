"""The bucket dialog by mouse and keys, against a real S3-speaking server on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
)

from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState
from phota_desktop.services import hosting as hosting_module
from phota_desktop.services.bucket_check import new_name
from phota_desktop.services.composition import Services
from phota_desktop.services.hosting import Hosting
from phota_desktop.ui.bucket_dialog import BucketDialog
from phota_desktop.ui.settings_dialog import SettingsDialog
from phota_desktop.viewmodels.hosting import HostingViewModel
from tests.fake_bucket.running import KEY_ID, REGION, SECRET, FakeBucket

from .conftest import LEFT, Desk, until

TAG = "pd-00000000-0000-4000-8000-000000000001"


@pytest.fixture
def bucket(fake_bucket: FakeBucket) -> FakeBucket:
    return fake_bucket


@dataclass
class Bench:
    """The open dialog, its view-model and the bucket's service."""

    dialog: BucketDialog
    model: HostingViewModel
    hosting: Hosting
    services: Services

    def edit(self, name: str) -> QLineEdit:
        return self.dialog.findChild(QLineEdit, name)

    def words(self, name: str) -> str:
        label = self.dialog.findChild(QLabel, name)
        return label.text() if label.isVisible() else ""

    def type_in(self, **texts: str) -> None:
        for name, text in texts.items():
            edit = self.edit(name)
            assert edit.isVisible(), name
            edit.selectAll()
            QTest.keyClicks(edit, text)

    def type_bucket(self, bucket: FakeBucket, secret: str = SECRET) -> None:
        self.type_in(bucketEdit=bucket.name, regionEdit=REGION, endpointEdit=bucket.endpoint)
        self.type_in(keyIdEdit=KEY_ID, secretEdit=secret)

    def press(self, name: str) -> None:
        button = self.dialog.findChild(QPushButton, name)
        assert button.isVisible(), name
        assert button.isEnabled(), name
        QTest.mouseClick(button, LEFT)

    async def rest(self) -> None:
        await until(lambda: not self.model.is_busy)

    def marks(self) -> list[str]:
        return [step.mark for step in self.dialog.steps.steps]

    async def save(self, bucket: FakeBucket) -> None:
        self.type_bucket(bucket)
        self.press("saveBucketButton")
        await self.rest()
        assert self.hosting.is_ready

    def lay(self, bucket: FakeBucket, number: int) -> list[str]:
        """Leave photos in the bucket as a killed program does."""
        names = [new_name(bucket.address.prefix) for _ in range(number)]
        for n, name in enumerate(names):
            bucket.write(name, b"x")
            row = HostedPhoto(
                name, TAG, bucket.address, f"/p/IMG_{n}.jpg", HostedState.UPLOADED, 1, "", 1e9
            )
            self.services.trainings.save_photo(row)
        return names


@pytest_asyncio.fixture
async def bench(live: Desk) -> AsyncIterator[Bench]:
    services = live.running
    remembered: list[BucketAddress | None] = []
    hosting = Hosting(services.trainings, services.threads, remember=remembered.append, environ={})
    model = HostingViewModel()
    model.attach(hosting, services.tasks, {TAG: "Anna"}.__getitem__)
    dialog = BucketDialog(model, live.window)
    dialog.open()
    yield Bench(dialog, model, hosting, services)
    dialog.close()
    model.detach()
    await services.tasks.close()
    await hosting.close()


async def test_only_the_fields_of_the_provider_are_there(bench: Bench) -> None:
    shown = {
        "Amazon S3 or compatible": {
            *("bucketEdit", "regionEdit", "endpointEdit", "prefixEdit", "keyIdEdit", "secretEdit"),
        },
        "Google Cloud Storage": {"bucketEdit", "prefixEdit", "secretEdit"},
        "Azure Blob Storage": {"accountEdit", "bucketEdit", "prefixEdit", "secretEdit"},
    }
    box = bench.dialog.form.providers
    for step, (words, fields) in enumerate(shown.items()):
        if step:
            QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentText() == words
        edits = bench.dialog.findChildren(QLineEdit)
        assert {edit.objectName() for edit in edits if edit.isVisible()} == fields
        assert all(edit.accessibleName() for edit in edits if edit.isVisible())
    assert bench.edit("secretEdit").echoMode() is QLineEdit.EchoMode.Password


async def test_a_test_runs_live_and_says_what_works(bench: Bench, bucket: FakeBucket) -> None:
    bench.type_bucket(bucket)
    seen: list[list[str]] = []
    bench.model.steps_changed.connect(lambda: seen.append(bench.marks()))
    bench.press("testBucketButton")
    await bench.rest()
    assert bench.marks() == ["good", "warn", "good", "good", "good", "good"]  # loopback: a warning
    assert ["doing", "todo", "todo", "todo", "todo", "todo"] in seen
    assert bench.words("bucketVerdict") == "This bucket works, with a warning."
    assert bucket.objects() == {}
    assert not bench.hosting.is_ready  # nothing is saved by a test
    bench.press("saveBucketButton")
    await bench.rest()
    assert bench.words("bucketTold") == "Saved."


async def test_a_wrong_key_is_crossed_out_with_its_reason(bench: Bench, bucket: FakeBucket) -> None:
    bench.type_bucket(bucket, "wrong")
    bench.press("testBucketButton")
    await bench.rest()
    assert bench.marks() == ["bad"]
    assert bench.dialog.steps.steps[0].words
    assert "cannot be used yet" in bench.words("bucketVerdict")


async def test_saving_without_a_test_works_and_says_so(bench: Bench, bucket: FakeBucket) -> None:
    await bench.save(bucket)
    assert bench.words("bucketTold") == "Saved, but the bucket was not tested."
    assert bench.edit("secretEdit").text() == ""
    assert bench.edit("keyIdEdit").text() == ""
    assert bench.edit("secretEdit").placeholderText() == "Kept for this session"
    assert "for this session only" in bench.words("bucketSecretStatus")
    bench.dialog.close()
    bench.dialog.open()
    assert bench.edit("bucketEdit").text() == bucket.name
    assert bench.edit("secretEdit").text() == ""
    bench.press("testBucketButton")  # with the key that is kept
    await bench.rest()
    assert "bad" not in bench.marks()
    assert len(bench.marks()) == 6
    every = [edit.text() for edit in bench.dialog.findChildren(QLineEdit)]
    labels = [label.text() for label in bench.dialog.findChildren(QLabel)]
    assert not any(SECRET in text for text in every + labels)


async def test_what_cannot_be_right_is_pointed_at(bench: Bench) -> None:
    bench.type_in(bucketEdit="x", regionEdit=REGION, keyIdEdit=KEY_ID, secretEdit=SECRET)
    bench.press("saveBucketButton")
    assert "3 to 222 letters" in bench.words("bucketTold")
    assert bench.dialog.focusWidget() is bench.edit("bucketEdit")
    bench.type_in(bucketEdit="my-photos")
    bench.edit("secretEdit").clear()
    bench.press("saveBucketButton")
    assert bench.dialog.focusWidget() is bench.edit("secretEdit")
    assert bench.hosting.address is None


async def test_another_bucket_needs_its_own_key(bench: Bench, bucket: FakeBucket) -> None:
    await bench.save(bucket)
    assert bench.edit("secretEdit").placeholderText() == "Kept for this session"
    bench.type_in(bucketEdit="another-bucket")
    assert bench.edit("secretEdit").placeholderText() == ""
    bench.press("saveBucketButton")
    assert bench.words("bucketTold") == "Another bucket needs its own key."
    assert bench.hosting.address == bucket.address


async def test_photos_left_are_listed_until_they_are_deleted(
    bench: Bench, bucket: FakeBucket
) -> None:
    await bench.save(bucket)
    bench.lay(bucket, 3)
    bench.model.refresh()
    listed = bench.dialog.left.list
    await until(lambda: listed.count() == 3)
    assert listed.item(0).text().startswith("Anna · IMG_0.jpg · since ")
    bucket.revoke()
    bench.press("deleteLeftButton")
    await bench.rest()
    assert bench.words("bucketTold").startswith("3 photos still there.")
    assert len(bucket.objects()) == 3
    bucket.restore()
    bench.press("deleteLeftButton")
    await bench.rest()
    assert bucket.objects() == {}
    await until(lambda: listed.count() == 0)
    assert not listed.isVisible()


async def test_strays_are_deleted_after_a_question(
    bench: Bench, bucket: FakeBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosting_module, "STRAY_S", -3600.0)
    await bench.save(bucket)
    stray, other = new_name(bucket.address.prefix), "holiday/1.jpg"
    for name in (stray, other):
        bucket.write(name, b"x")
    bench.press("lookForStraysButton")
    await bench.rest()
    bench.press("deleteStraysButton")
    asking = bench.dialog.findChild(QDialog, "deleteStraysDialog")
    QTest.keyClick(asking, Qt.Key.Key_Escape)
    await bench.rest()
    assert set(bucket.objects()) == {stray, other}
    bench.press("deleteStraysButton")
    asking = bench.dialog.findChildren(QDialog, "deleteStraysDialog")[-1]
    QTest.mouseClick(asking.findChild(QPushButton, "deleteStraysAgree"), LEFT)
    await bench.rest()
    assert set(bucket.objects()) == {other}
    assert bench.words("bucketTold") == "Deleted."


async def test_forgetting_asks_and_forgets(bench: Bench, bucket: FakeBucket) -> None:
    assert not bench.dialog.forget.isVisible()
    await bench.save(bucket)
    bench.press("forgetBucketButton")
    asking = bench.dialog.findChild(QDialog, "forgetBucketDialog")
    QTest.mouseClick(asking.findChild(QPushButton, "forgetBucketAgree"), LEFT)
    await bench.rest()
    assert bench.hosting.address is None
    assert not bench.dialog.forget.isVisible()


async def test_the_policy_is_small_and_has_no_secret(bench: Bench, bucket: FakeBucket) -> None:
    bench.type_bucket(bucket)
    bench.press("copyPolicyButton")
    text = QApplication.clipboard().text()
    actions = [one["Action"] for one in json.loads(text)["Statement"]]
    assert actions == [["s3:PutObject", "s3:GetObject", "s3:DeleteObject"], "s3:ListBucket"]
    assert f"arn:aws:s3:::{bucket.name}/phota-desktop-training/*" in text
    assert SECRET not in text
    assert KEY_ID not in text


async def test_a_key_file_is_chosen_or_pasted(bench: Bench, tmp_path: Path) -> None:
    text = json.dumps({"type": "service_account", "private_key": "-----\nabc\n"}, indent=2)
    file = tmp_path / "key.json"
    file.write_text(text)
    bench.dialog.form.providers.setCurrentIndex(1)
    bench.press("chooseKeyFileButton")
    dialog = bench.dialog.findChild(QFileDialog, "keyFileDialog")
    dialog.selectFile(str(file))
    dialog.accept()
    assert json.loads(bench.dialog.form.texts()["secret"]) == json.loads(text)
    secret = bench.edit("secretEdit")
    QApplication.clipboard().setText(text)
    secret.setFocus()
    secret.selectAll()
    QTest.keyClick(secret, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert json.loads(bench.dialog.form.texts()["secret"]) == json.loads(text)


async def test_it_fits_a_small_screen_and_works_by_keys(bench: Bench, bucket: FakeBucket) -> None:
    assert bench.dialog.width() <= 1024
    assert bench.dialog.minimumSizeHint().height() <= 600
    bench.type_bucket(bucket)
    for _ in range(30):
        if bench.dialog.focusWidget() is bench.dialog.test:
            break
        QTest.keyClick(bench.dialog.focusWidget(), Qt.Key.Key_Tab)
    assert bench.dialog.focusWidget() is bench.dialog.test
    QTest.keyClick(bench.dialog.test, Qt.Key.Key_Space)
    await bench.rest()
    assert len(bench.marks()) == 6


async def test_the_settings_lead_to_it(live: Desk) -> None:
    dialog: SettingsDialog = live.window.commands.open_settings()
    asked: list[bool] = []
    dialog.bucket_asked.connect(lambda: asked.append(True))
    QTest.mouseClick(dialog.findChild(QPushButton, "setUpBucketButton"), LEFT)
    assert asked == [True]
    dialog.show_bucket("s3://my-photos", is_set_up=True)
    assert dialog.set_up_bucket.text() == "Change…"
