"""What can be done with one person, pet or training of the sidebar."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from phota_desktop.viewmodels.people import PeopleViewModel
from phota_desktop.viewmodels.people_list import CHECK_ROLE
from phota_desktop.viewmodels.people_rows import Row, TrainingAction

if TYPE_CHECKING:
    from phota_desktop.ui.profile_list import ProfileList

ACTION_NAMES = {
    TrainingAction.CONTINUE: "continueTraining",
    TrainingAction.DISCARD: "discardTraining",
    TrainingAction.CANCEL: "cancelTraining",
    TrainingAction.LOOK: "lookForTraining",
    TrainingAction.AGAIN: "trainAgain",
    TrainingAction.GIVE_UP: "giveUpTraining",
    TrainingAction.RETRY: "retryTraining",
    TrainingAction.DISMISS: "dismissTraining",
}


class ProfileMenu(QMenu):
    """A row's context menu; it goes when it is closed."""

    def __init__(self, row: Row, people: PeopleViewModel, rows: ProfileList) -> None:
        super().__init__(rows)
        self.setObjectName("profileMenu")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._people = people
        for action in row.actions:
            self._add(
                ACTION_NAMES[action],
                people.trainings.words(row.tag, action),
                partial(people.trainings.act, row.tag, action),
            )
        if row.profile_id:
            if row.actions:
                self.addSeparator()
            self._add_profile(row.profile_id, rows)

    def _add_profile(self, profile_id: str, rows: ProfileList) -> None:
        people = self._people
        rides = people.model.index(people.model.row(profile_id)).data(CHECK_ROLE)
        if rides is not None:
            on = Qt.CheckState(rides) is Qt.CheckState.Checked
            words = "Leave out of this request" if on else "Use in this request"
            self._add(
                "rideAction", f"{words}\tSpace", lambda: people.set_riding(profile_id, not on)
            )
        self._add(
            "mentionAction",
            "Mention in prompt\tEnter",
            lambda: rows.mention_asked.emit(profile_id),
        )
        self._add("renameAction", "Rename…\tF2", lambda: rows.ask_name(profile_id))
        self._add(
            "copyIdAction", "Copy id", lambda: QGuiApplication.clipboard().setText(profile_id)
        )
        self.addSeparator()
        if people.can_add:
            self._add(
                "photosSentAction", "Photos sent…", lambda: rows.privacy_asked.emit(profile_id)
            )
            self._add("addPhotosAction", "Add photos…", lambda: rows.add_asked.emit(profile_id))
        self._add("deleteAction", "Delete…\tDel", lambda: people.ask_deletion(profile_id))

    def _add(self, name: str, words: str, then: Callable[[], object]) -> None:
        self.addAction(words, then).setObjectName(name)
