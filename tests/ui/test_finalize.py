"""The final version of a paid draft: price on the button, consent, cap, and one linked job."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest_asyncio
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.library import result_key
from phota_desktop.core.options import Operation, Quality, Resolution
from phota_desktop.core.pricing import PriceRow
from phota_desktop.services.composition import open_services
from phota_desktop.ui.finalize_dialog import FinalizeDialog
from phota_desktop.viewmodels.finalizing import Finalizer, why_not_final
from tests.fake_phota import FakePhotaThread

from .conftest import LEFT, Desk, until

PRICES = tuple(
    PriceRow(Operation.EDIT, Decimal(price), Decimal(price), "nb2", Resolution(size))
    for size, price in (("1K", "0.10"), ("2K", "0.20"), ("4K", "0.40"))
)


@pytest_asyncio.fixture
async def paid(
    desk: Desk, environ: dict[str, str], tmp_path: Path
) -> AsyncIterator[tuple[Desk, FakePhotaThread]]:
    desk.settings.change(prices=PRICES, consented=True)
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


async def draft_of(desk: Desk, photo: Path) -> Job:
    studio = desk.studio
    studio.opener.open([photo])
    studio.form.set_operation(Operation.EDIT)
    studio.form.set_prompt("take the car out")
    studio.form.set_variants(2)
    await until(lambda: studio.can_submit)
    studio.submit()
    await until(lambda: desk.jobs.jobs() and desk.jobs.jobs()[0].state is JobState.DONE, 60)
    return desk.jobs.jobs()[0]


def dialog_for(desk: Desk, job: Job) -> FinalizeDialog:
    key = result_key(job, job.variants[1])
    finalizer = Finalizer(job, key, "v2", desk.studio.form, desk.studio.submitter)
    dialog = FinalizeDialog(finalizer, job.variants[1].path, desk.window.art, desk.window)
    dialog.open()
    return dialog


async def test_one_click_makes_one_linked_job_at_the_price_shown(
    paid: tuple[Desk, FakePhotaThread], photos: list[Path]
) -> None:
    desk, fake = paid
    job = await draft_of(desk, photos[0])
    assert job.cost == Decimal("0.20")
    dialog = dialog_for(desk, job)
    changes = dialog.findChild(QLabel, "finalChanges")
    assert dialog.focusWidget() is dialog.cancel
    assert dialog.agree.text() == "Make the final version · $0.40"
    assert changes.text() == "1K → 4K"
    QTest.mouseClick(dialog.resolution.button("2K"), LEFT)
    assert dialog.agree.text() == "Make the final version · $0.20"
    QTest.mouseClick(dialog.resolution.button("1K"), LEFT)
    assert changes.text().startswith("Nothing differs from the draft")
    QTest.mouseClick(dialog.resolution.button("4K"), LEFT)
    QTest.mouseClick(dialog.format.button("png"), LEFT)
    assert changes.text() == "1K → 4K · JPG → PNG"
    for _ in range(5):
        QTest.mouseClick(dialog.agree, LEFT)
    assert not dialog.isVisible()
    await until(lambda: len(desk.jobs.jobs()) == 2)
    await until(lambda: desk.jobs.jobs()[0].state is JobState.DONE, 60)
    final = desk.jobs.jobs()[0]
    assert final.draft_of == result_key(job, job.variants[1])
    assert final.engine is Engine.PHOTA
    assert final.request.variants == 1
    assert final.request.images == job.request.images
    assert len(fake.ledger.posts()) == 2
    kept = await desk.running.threads.journal(desk.running.journal.job, final.id)
    assert kept is not None
    assert kept.draft_of == final.draft_of


async def test_another_model_is_told_and_its_price_counts(
    paid: tuple[Desk, FakePhotaThread], photos: list[Path]
) -> None:
    desk, _ = paid
    dialog = dialog_for(desk, await draft_of(desk, photos[0]))
    finalizer = dialog._finalizer
    assert dialog.quality.isHidden()
    finalizer.set_base_model("gpt-image-2")
    assert dialog.agree.text() == "Make the final version · price not published"
    assert not dialog.quality.isHidden()
    QTest.mouseClick(dialog.quality.button("high"), LEFT)
    assert finalizer.choice.quality is Quality.HIGH
    finalizer.set_base_model("reve")
    assert dialog.resolution.offered == ("1K",)
    notes = dialog.findChild(QLabel, "finalNotes").text()
    assert "Resolution is 1K now" in notes
    assert "Quality is left out now" in notes
    dialog.reject()


async def test_consent_and_cap_stand_before_it(
    paid: tuple[Desk, FakePhotaThread], photos: list[Path]
) -> None:
    desk, fake = paid
    job = await draft_of(desk, photos[0])
    desk.settings.change(consented=False, daily_cap=Decimal("0.30"))
    desk.window.complete()
    QTest.mouseClick(dialog_for(desk, job).agree, LEFT)
    consent = desk.window.findChild(QWidget, "consentDialog")
    words = " ".join(label.text() for label in consent.findChildren(QLabel))
    assert "This request: $0.40." in words
    assert len(desk.jobs.jobs()) == 1
    QTest.mouseClick(consent.findChild(QWidget, "consentAgree"), LEFT)
    await until(lambda: desk.studio.notices.current is not None)
    notice = desk.studio.notices.current
    assert notice is not None
    assert notice.field == "daily_cap"
    assert len(fake.ledger.posts()) == 1


async def test_a_local_draft_leaves_people_of_the_other_engine_out(
    paid: tuple[Desk, FakePhotaThread], photos: list[Path]
) -> None:
    from dataclasses import replace

    desk, _ = paid
    job = await draft_of(desk, photos[0])
    request = replace(job.request, profile_ids=("local-anna",))  # type: ignore[type-var]
    local = replace(job, engine=Engine.LOCAL, request=request)
    dialog = dialog_for(desk, local)
    assert dialog._finalizer.request.profile_ids == ()
    assert "left out" in dialog.findChild(QLabel, "finalNotes").text()
    photos[0].unlink()
    assert photos[0].name in why_not_final(local)
    dialog.reject()
