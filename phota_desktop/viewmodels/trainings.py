"""Trainings that have no profile yet, and what a person can do about each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.training import Training, TrainingProgress, TrainingState
from phota_desktop.services.people import Person
from phota_desktop.viewmodels.people_rows import Row, TrainingAction, button_words, training_row

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.training import Trainer

_HIDDEN = (TrainingState.ENDED, TrainingState.CANCELED, TrainingState.GIVEN_UP)


class TrainingsViewModel(QObject):
    """The present account's trainings; actions run as tasks, errors come by ``failed``."""

    changed = Signal()
    failed = Signal(object)
    """Carries a PhotaError."""
    retry_asked = Signal(str)
    """Carries the tag of a training that is to be ordered anew, with other photos perhaps."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.known: tuple[Training, ...] = ()
        self._progress: dict[str, TrainingProgress] = {}
        self._busy: set[str] = set()
        self._dismissed: set[str] = set()
        self._services: Services | None = None
        self._trainer: Trainer | None = None
        self._leave: list[Callable[[], None]] = []

    def attach(self, services: Services, trainer: Trainer) -> None:
        """Show what the trainer knows from now on."""
        self._services, self._trainer = services, trainer
        self._leave = [
            trainer.changed.subscribe(lambda _training: self._take()),
            trainer.progress.subscribe(self._on_progress),
            services.session.changed.subscribe(lambda _session: self._take()),
        ]
        self._take()

    def detach(self) -> None:
        """Stop listening."""
        for leave in self._leave:
            leave()
        self._leave, self._services, self._trainer = [], None, None

    def shown(self) -> list[Training]:
        """Return those that have a row until there is a profile, or until they are dismissed."""
        return [
            one for one in self.known if one.state not in _HIDDEN and one.tag not in self._dismissed
        ]

    def row(self, training: Training) -> Row:
        """Return a training's row."""
        needs_word = self._trainer is not None and self._trainer.needs_a_word(training.tag)
        return training_row(
            training,
            Person("", training.name).initials,
            self._progress.get(training.tag),
            needs_word=needs_word and training.tag not in self._busy,
        )

    def words(self, tag: str, action: TrainingAction) -> str:
        """Return what stands on an action's button, with the price where it spends money."""
        training, trainer = self._find(tag), self._trainer
        if training is None or trainer is None:
            return action.value
        price = trainer.price_of(training.engine, training.order.tier)
        return button_words(action, price, training.engine)

    def act(self, tag: str, action: TrainingAction) -> None:
        """Do what a button says."""
        training, services = self._find(tag), self._services
        if training is None or services is None or tag in self._busy:
            return
        if action is TrainingAction.RETRY:
            self.retry_asked.emit(tag)
            return
        self._busy.add(tag)
        self.changed.emit()
        services.tasks.spawn(self._act(training, action), name=f"{action.value} {tag}")

    async def _act(self, training: Training, action: TrainingAction) -> None:
        trainer = self._trainer
        if trainer is None:
            return
        tag = training.tag
        try:
            if action in (TrainingAction.CONTINUE, TrainingAction.AGAIN):
                await trainer.go_on(tag)
            elif action in (TrainingAction.DISCARD, TrainingAction.CANCEL):
                await trainer.cancel(tag)
            elif action is TrainingAction.LOOK:
                await trainer.look_again()
            elif action is TrainingAction.GIVE_UP:
                await trainer.give_up(tag)
            elif action is TrainingAction.DISMISS:
                self._dismissed.add(tag)
                await trainer.forget(tag)
        except PhotaError as error:
            self.failed.emit(error)
        finally:
            self._busy.discard(tag)
        self._take()

    def _find(self, tag: str) -> Training | None:
        return next((one for one in self.known if one.tag == tag), None)

    def _take(self) -> None:
        if self._trainer is not None:
            self.known = self._trainer.known()
            tags = {one.tag for one in self.known if not one.state.is_over}
            self._progress = {tag: said for tag, said in self._progress.items() if tag in tags}
            self.changed.emit()

    def _on_progress(self, progress: TrainingProgress) -> None:
        if self._progress.get(progress.tag) != progress:
            self._progress[progress.tag] = progress
            self.changed.emit()
