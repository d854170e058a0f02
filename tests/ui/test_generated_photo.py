"""A picture made from words is a photo of its own, and is not called an original."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from phota_desktop.core.jobs import JobState

from .conftest import LEFT, Desk, until


async def test_a_generated_picture_is_called_so_on_the_canvas(live: Desk) -> None:
    labels: list[str] = []
    show_pair = live.window.canvas.show_pair

    def note(*pair: object, original_label: str = "Original", **more: str) -> None:
        labels.append(original_label)
        show_pair(*pair, original_label=original_label, **more)  # type: ignore[arg-type]

    live.window.canvas.show_pair = note  # type: ignore[method-assign]
    live.studio.form.set_operation("generate")
    live.studio.form.set_prompt("a boat")
    await until(lambda: live.window.drawer.submit.isEnabled())
    QTest.mouseClick(live.window.drawer.submit, LEFT)
    await until(lambda: live.studio.photo is not None)
    job = live.jobs.jobs()[0]
    assert job.state is JobState.DONE
    assert live.studio.photo == job.variants[0].path
    assert labels[-1] == "Generated"
    live.window.canvas.setFocus()
    QTest.keyClick(live.window.canvas, Qt.Key.Key_Y)
    assert labels[-1] == "Generated"
