"""The export dialog's presets: a box to choose one, and a menu to save, rename and delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from phota_desktop.ui.controls import plain_label, push_button
from phota_desktop.ui.export_controls import ChoiceBox
from phota_desktop.ui.recipe_menu import NameDialog
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.export_presets import Presets
from phota_desktop.viewmodels.exporting import ExportViewModel
from phota_desktop.viewmodels.words import plain

UNNAMED = "Settings used last"
CHANGED = "Own settings"


class PresetRow(QWidget):
    """Shows which preset the settings are; none where they were changed."""

    def __init__(self, model: ExportViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._presets: Presets = model.presets
        self.box = ChoiceBox("exportPresetBox", "Preset", {}, self)
        self.box.setMinimumWidth(200)
        self.more = push_button("exportPresetMenu", "Presets", self)
        self._menu = QMenu(self)
        self._save = self._menu.addAction("Save as preset…", self._ask_new)
        self._update = self._menu.addAction("", self._save_again)
        self._rename = self._menu.addAction("", self._ask_rename)
        self._remove = self._menu.addAction("", self._remove_it)
        self._menu.aboutToShow.connect(self._name_actions)
        self.more.setMenu(self._menu)
        label = plain_label("Preset", self)
        label.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label)
        row.addWidget(self.box, 1)
        row.addWidget(self.more)
        self.box.activated.connect(self._apply)
        self._presets.changed.connect(self.refresh)
        model.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the presets there are, and the one that the settings are."""
        names = [preset.name for preset in self._presets.presets]
        chosen = self._presets.name_of(self._model.settings)
        shown = [CHANGED, *names]
        if [self.box.itemData(row) for row in range(self.box.count())] != shown:
            self.box.clear()
            for name in shown:
                self.box.addItem(plain(name, 60), name)
        self.box.setCurrentIndex(shown.index(chosen) if chosen in names else 0)

    @property
    def _chosen(self) -> str:
        """The preset that the settings are, or were before they were changed."""
        return self._presets.name_of(self._model.settings) or self._presets.applied

    def _apply(self, row: int) -> None:
        if row > 0:
            preset = self._presets.find(str(self.box.itemData(row)))
            if preset is not None:
                self._presets.applied = preset.name
                self._model.set_settings(preset.settings)
        self.refresh()

    def _name_actions(self) -> None:
        name = self._chosen
        shown = plain(name, 40).replace("&", "&&")
        self._update.setText(f"Save “{shown}” again")
        self._rename.setText(f"Rename “{shown}”…")
        self._remove.setText(f"Delete “{shown}”")
        is_other = bool(name) and self._presets.name_of(self._model.settings) != name
        self._update.setVisible(is_other)
        self._rename.setVisible(bool(name))
        self._remove.setVisible(bool(name))

    def _save_again(self) -> None:
        self._presets.save(self._chosen, self._model.settings)

    def _remove_it(self) -> None:
        self._presets.remove(self._chosen)

    def _ask_new(self) -> None:
        names = [preset.name for preset in self._presets.presets]
        then = partial(self._presets.save, settings=self._model.settings)
        dialog = _PresetName("Save preset", "Save", "", names, then, self, may_replace=True)
        dialog.open()

    def _ask_rename(self) -> None:
        old = self._chosen
        others = [one.name for one in self._presets.presets if one.name != old]
        then = partial(self._presets.rename, old)
        _PresetName("Rename preset", "Rename", old, others, then, self, may_replace=False).open()


class _PresetName(NameDialog):
    """Asks for a preset's name as for a recipe's, in its own words."""

    def __init__(
        self,
        title: str,
        verb: str,
        name: str,
        taken: Sequence[str],
        then: Callable[[str], object],
        parent: QWidget,
        *,
        may_replace: bool,
    ) -> None:
        super().__init__(title, verb, name, taken, then, parent, may_replace=may_replace)
        self.setObjectName("presetNameDialog")
        self.field.setObjectName("presetNameEdit")
        self.field.setAccessibleName("Name of the preset")
        self.ok.setObjectName("presetNameOk")

    def _refresh(self) -> None:
        super()._refresh()
        self._words.setText(self._words.text().replace("recipe", "preset"))
