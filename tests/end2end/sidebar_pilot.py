"""What a person does with the sidebar and its dialogs, by real events of the mouse and the keys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.end2end.pilot import Pilot
from tests.fake_bucket import KEY_ID, SECRET, FakeBucket

CREDENTIALS = {"PHOTA_BUCKET_KEY_ID": KEY_ID, "PHOTA_BUCKET_SECRET": SECRET}
ROWS = "window.parts.people.model.rows"
LIST = "find('profileList')"


def write_settings(home: Path, bucket: FakeBucket | None, **others: object) -> None:
    """Let the settings name a bucket, as an earlier start left it."""
    folder = home / "phota"
    folder.mkdir(mode=0o700)
    settings = {**others, **({"bucket": asdict(bucket.address)} if bucket else {})}
    (folder / "settings.json").write_text(json.dumps(settings))


@dataclass(frozen=True)
class SidebarPilot:
    """The people and pets of a running program."""

    pilot: Pilot

    def words(self) -> list[str]:
        """Return what stands under each name."""
        found = self.pilot.ask(f"[row.words for row in {ROWS}]")
        assert isinstance(found, list)
        return found

    def wait_for(self, words: str, seconds: float = 20) -> None:
        """Wait until the first row's words begin so, and the list shows that row."""
        self.pilot.wait(
            f"{ROWS}[0].words.startswith({words!r}) and {LIST}.isVisible()",
            f"the row does not say {words}",
            seconds,
        )

    def refresh_until(self, expression: str, what: str) -> None:
        """Press the button that asks for the list, until an expression holds."""
        self.pilot.click("refreshPeople")
        self.pilot.wait(expression, what)

    def drop(self, photos: Sequence[Path]) -> None:
        """Drop photos on the heading, from another program; the form opens with them."""
        opened = "find('addProfileDialog') is not None"
        self.pilot.drop(photos, self.pilot.place("profileSidebar"), opened)

    def fill_in(self, photos: int, name: str, *, consent: bool) -> None:
        """Wait for the check, then give the name, and consent, by keys."""
        pilot = self.pilot
        pilot.wait(
            f"window.parts.add_profile.progress == ({photos}, {photos})"
            " and not window.parts.add_profile.intake.is_checking",
            "the check did not end",
            40,
        )
        pilot.click("profileNameEdit")
        pilot.wait("find('profileNameEdit').hasFocus()", "the name has no focus")
        pilot.screen.type(name)
        pilot.wait(f"find('profileNameEdit').text() == {name!r}", "the name was not typed")
        if consent:
            self._walk_to("consentBox")
            pilot.screen.key("space")
            pilot.wait("find('consentBox').isChecked()", "the consent was not taken")
        pilot.wait("find('trainButton').isEnabled()", "nothing can be trained")

    def train(self) -> None:
        """Press the button; the form closes."""
        self.pilot.click("trainButton")
        self.pilot.wait(
            "not any(w.objectName() == 'addProfileDialog' and w.isVisible()"
            " for w in app.topLevelWidgets())",
            "the form stays open",
        )

    def tick(self, row: int = 0) -> None:
        """Click the right end of a row."""
        self.pilot.click_in(
            "profileList",
            f"w.visualRect(w.model().index({row}, 0)).adjusted(w.viewport().width() - 36, 0, 0, 0)",
        )

    def choose(self, action: str, row: int = 0) -> None:
        """Open a row's menu with the right button and click one of its actions."""
        at = self.pilot.place_in("profileList", f"w.visualRect(w.model().index({row}, 0))")
        self.pilot.screen.click(*at, button=3)
        self.pilot.wait("find('profileMenu').isVisible()", "no menu came")
        self.pilot.click_in(
            "profileMenu",
            f"w.actionGeometry([a for a in w.actions() if a.objectName() == {action!r}][0])",
        )

    def _walk_to(self, name: str) -> None:
        """Press Tab until a widget has the focus."""
        for _ in range(12):
            before = self.pilot.ask("app.focusWidget().objectName()")
            if before == name:
                return
            self.pilot.screen.key("Tab")
            self.pilot.wait(
                f"app.focusWidget().objectName() != {before!r}", f"Tab stays on {before}"
            )
        raise AssertionError(f"Tab does not come to {name}")
