"""The dialog for a new profile with Phota: addresses, consent, cap and bucket, paid once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtTest import QTest

from phota_desktop.core.consent import PERSON_CONSENT, PET_CONSENT
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import Profile, ProfileStatus
from phota_desktop.core.training import TrainingState
from phota_desktop.services.composition import open_services
from tests.fake_bucket import FakeBucket
from tests.fake_phota import FakePhotaThread
from tests.ui.conftest import LEFT, Desk, until
from tests.ui.profile_sheet import Sheet, drop, made, write_album

LINKS = [f"https://photos.example/{n}.jpg" for n in range(5)]


def _is_final(profile: Profile) -> bool:
    return profile.status is not None and profile.status.is_final


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_album(tmp_path_factory.mktemp("album"))


@pytest_asyncio.fixture
async def paid(
    desk: Desk, environ: dict[str, str], tmp_path: Path
) -> AsyncIterator[tuple[Sheet, FakePhotaThread]]:
    """Open it with a loopback Phota."""
    with FakePhotaThread(tmp_path / "ledger") as fake:
        environ = {**environ, "PHOTA_BASE_URL": fake.url, "PHOTA_API_KEY": fake.key}
        services = await open_services(desk.folders, desk.settings.value, environ=environ)
        desk.services = services
        desk.settings.attach(services)
        await services.session.start()
        assert desk.settings.engine is Engine.PHOTA
        sheet = made(desk)
        sheet.dialog.open_for()
        yield sheet, fake
        sheet.dialog.close()
        sheet.form.detach()
        await services.close()


async def test_addresses_train_at_phota_once_with_the_consent_word_for_word(
    paid: tuple[Sheet, FakePhotaThread],
) -> None:
    sheet, fake = paid
    dialog, form = sheet.dialog, sheet.form
    sheet.press("showAddressesButton")
    assert dialog.addresses.hasFocus()
    QTest.keyClicks(dialog.addresses, "http://x.example/1.jpg")
    assert sheet.problem == "Line 1 does not begin with https://."
    dialog.addresses.setPlainText("\n".join(LINKS))
    QTest.mouseClick(dialog.tier.card("fast"), LEFT)
    QTest.keyClicks(dialog.name, "Bello")
    QTest.mouseClick(dialog.kind.button("dog"), LEFT)
    assert dialog.train_button.text() == "Train Bello for $1.49"
    assert sheet.problem == "Tick the permission to send these photos."
    assert dialog.consent.words == PET_CONSENT
    QTest.mouseClick(dialog.consent, LEFT, pos=QPoint(200, 12))
    assert dialog.train_button.isEnabled()
    QTest.mouseClick(dialog.kind.button("person"), LEFT)
    assert not dialog.train_button.isEnabled(), "other words, another consent"
    dialog.consent.setFocus()
    QTest.keyClick(dialog.consent, Qt.Key.Key_Space)
    for _ in range(5):
        QTest.mouseClick(dialog.train_button, LEFT)
    await until(lambda: sheet.started)
    assert not dialog.isVisible()
    order = sheet.started[0].order
    assert (order.consent, order.photos) == (PERSON_CONSENT, tuple(LINKS))
    await sheet.services.trainer.wait(sheet.started[0].tag)
    assert len(sheet.services.trainer.known()) == 1
    assert len(fake.ledger.trainings()) == 1
    assert form.is_blank


async def test_local_photos_ask_for_a_bucket_and_the_cap_has_a_way_out(
    paid: tuple[Sheet, FakePhotaThread], album: list[Path]
) -> None:
    sheet, _fake = paid
    asked: list[str] = []
    sheet.form.bucket_asked.connect(lambda: asked.append("bucket"))
    sheet.form.cap_asked.connect(lambda: asked.append("cap"))
    await sheet.add(*album[:6])
    sheet.form.set_name("Anna")
    assert "Quick would take them" in sheet.problem
    sheet.press("problemButton")
    assert sheet.problem == "Photos of this computer need a bucket."
    sheet.press("problemButton")
    assert asked == ["bucket"]
    sheet.form.clear()
    sheet.form._settings.change(daily_cap=Decimal("1.00"))
    sheet.form.set_name("Anna")
    sheet.form.set_tier("fast")
    sheet.form.set_consent(True)
    sheet.form.set_addresses("\n".join(LINKS))
    QTest.mouseClick(sheet.dialog.train_button, LEFT)
    await until(lambda: sheet.form.failure is not None)
    assert "your cap of $1.00 a day" in sheet.problem
    assert sheet.dialog.isVisible()
    sheet.press("problemButton")
    assert asked == ["bucket", "cap"]
    assert sheet.services.trainer.known() == ()
    sheet.form._settings.change(daily_cap=Decimal(5))
    assert sheet.problem == ""
    QTest.mouseClick(sheet.dialog.train_button, LEFT)
    await until(lambda: sheet.started)


async def test_twelve_photos_train_through_a_bucket_that_is_empty_afterwards(
    paid: tuple[Sheet, FakePhotaThread], album: list[Path], fake_bucket: FakeBucket
) -> None:
    sheet, fake = paid
    trainer, hosting = sheet.services.trainer, sheet.services.hosting
    await sheet.add(*album)
    QTest.keyClicks(sheet.dialog.name, "Anna")
    QTest.mouseClick(sheet.dialog.consent, LEFT)
    assert sheet.problem == "Photos of this computer need a bucket."
    assert sheet.dialog.way_button.text() == "Set up a bucket…"
    await hosting.save(fake_bucket.address, fake_bucket.secret)
    assert sheet.problem == ""
    assert fake_bucket.address.label in sheet.dialog.where.text()
    QTest.mouseClick(sheet.dialog.train_button, LEFT)
    await until(lambda: sheet.started)
    training = await trainer.wait(sheet.started[0].tag)
    assert (training.state, training.order.consent) == (TrainingState.TRAINING, PERSON_CONSENT)
    assert len(fake_bucket.objects()) == 12
    client = sheet.services.session.client(Engine.PHOTA)
    async with asyncio.timeout(60):
        while not _is_final(profile := await client.profiles.status(training.profile_id)):
            await asyncio.sleep(0.2)
    assert profile.status is ProfileStatus.READY
    await trainer.learn(profile)
    assert await trainer.cleaned() == 0
    assert fake_bucket.objects() == {}
    assert (len(fake.ledger.trainings()), fake.ledger.double_trainings()) == (1, 0)


async def test_a_dropped_link_becomes_an_address(paid: tuple[Sheet, FakePhotaThread]) -> None:
    sheet, _fake = paid
    mime = QMimeData()
    mime.setUrls([QUrl(LINKS[0])])
    drop(sheet.dialog, mime)
    assert sheet.dialog.addresses.toPlainText() == LINKS[0]
    assert sheet.dialog.addresses.isVisible()
