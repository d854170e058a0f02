"""The paid path in the window: key, consent, price, states and spend, against a loopback Phota."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from phota_desktop.core.jobs import Engine, JobState
from phota_desktop.services.composition import open_services
from phota_desktop.viewmodels.submitting import BURST
from tests.fake_phota import FakePhotaThread

from .conftest import LEFT, Desk, until


@pytest_asyncio.fixture
async def paid(
    desk: Desk, environ: dict[str, str], tmp_path: Path
) -> AsyncIterator[tuple[Desk, FakePhotaThread]]:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        environ = {**environ, "PHOTA_BASE_URL": fake.url, "PHOTA_API_KEY": fake.key}
        services = await open_services(desk.folders, desk.settings.value, environ=environ)
        desk.services = services
        desk.settings.attach(services)
        desk.jobs.attach(services.queue, services.tasks)
        desk.studio.attach(services)
        await services.session.start()
        yield desk, fake
        desk.jobs.detach()
        desk.studio.detach()
        await services.close()


async def test_twenty_clicks_cost_one_request_after_consent(
    paid: tuple[Desk, FakePhotaThread], photos: list[Path]
) -> None:
    desk, fake = paid
    window = desk.window
    assert desk.settings.engine is Engine.PHOTA
    assert window.top.badge.text() == "Phota"
    desk.studio.opener.open(photos)
    await until(lambda: window.drawer.submit.isEnabled())
    QTest.mouseClick(window.drawer.variants.button("2"), LEFT)
    assert window.drawer.submit.text() == "Enhance 2 · $0.24"
    QTest.mouseClick(window.drawer.submit, LEFT)
    dialog = window.findChild(QWidget, "consentDialog")
    QTest.mouseClick(dialog.findChild(QWidget, "consentAgree"), LEFT)
    for _ in range(20):
        QTest.mouseClick(window.drawer.submit, LEFT)
        await asyncio.sleep(0.05)
    await until(lambda: desk.jobs.jobs() and desk.jobs.jobs()[0].state.is_final, 60)
    assert [job.state for job in desk.jobs.jobs()] == [JobState.DONE]
    assert len(fake.ledger.posts()) == 1
    assert fake.ledger.double_charges() == 0
    assert [entry.title for entry in desk.studio.strip.entries()] == ["Original", "v1", "v2"]
    spend = window.findChild(QWidget, "spendLabel")
    await until(lambda: spend.text() == "Today $0.24 of $5.00")
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    assert desk.studio.variant_path is not None
    assert desk.studio.variant_path.is_relative_to(desk.folders.results)


@pytest.mark.parametrize(
    ("given", "words"), [("right", "Key works."), ("wrong", "did not accept the API key")]
)
async def test_checking_a_key_says_what_came_of_it(
    paid: tuple[Desk, FakePhotaThread], given: str, words: str
) -> None:
    desk, fake = paid
    desk.window.commands.open_settings()
    dialog = desk.window.findChild(QWidget, "settingsDialog")
    edit = dialog.findChild(QLineEdit, "apiKeyEdit")
    assert edit.echoMode() is QLineEdit.EchoMode.Password
    edit.setText(fake.key if given == "right" else "wrong-key")
    QTest.mouseClick(dialog.findChild(QWidget, "checkKeyButton"), LEFT)
    status = dialog.findChild(QLabel, "keyStatus")
    await until(lambda: words in status.text())


async def test_the_cap_blocks_until_it_is_raised_and_the_button_leads_to_it(
    paid: tuple[Desk, FakePhotaThread], photos: list[Path]
) -> None:
    desk, fake = paid
    desk.settings.change(daily_cap=Decimal("0.20"), consented=True)
    desk.studio.opener.open(photos)
    await until(lambda: desk.studio.can_submit)
    desk.studio.form.set_variants(2)
    desk.studio.submit()
    await until(lambda: desk.studio.notices.current is not None)
    notice = desk.studio.notices.current
    assert notice is not None
    assert (notice.action_text, notice.field) == ("Raise the cap", "daily_cap")
    assert "$0.20" in notice.text
    assert desk.jobs.jobs() == []
    assert fake.ledger.posts() == []
    QTest.mouseClick(desk.window.findChild(QWidget, "noticeAction"), LEFT)
    assert desk.window.findChild(QWidget, "settingsDialog").isVisible()
    desk.settings.change(daily_cap=Decimal(1))
    desk.studio.submitter._last_wish = -BURST
    desk.studio.submit()
    await until(lambda: desk.jobs.jobs() and desk.jobs.jobs()[0].state.is_final, 60)
    assert desk.jobs.jobs()[0].cost == Decimal("0.24")


async def test_models_are_asked_for_after_consent_alone(
    paid: tuple[Desk, FakePhotaThread],
) -> None:
    desk, _fake = paid
    catalogues = desk.running.catalogues
    desk.studio.form.set_operation("edit")
    await asyncio.sleep(0.2)
    assert catalogues._known == {}, "nothing is asked before consent"
    desk.settings.change(consented=True)
    await until(lambda: catalogues._known)
