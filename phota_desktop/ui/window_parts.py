"""What a window has once there are services: people, ledger, prompts, recipes, notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.ui.desktop_notification import DesktopNotifier
from phota_desktop.ui.prompt_tools import HistoryButton, RecipesButton
from phota_desktop.viewmodels.ledger import LedgerViewModel
from phota_desktop.viewmodels.people import PeopleViewModel
from phota_desktop.viewmodels.prompts import PromptsViewModel
from phota_desktop.viewmodels.recipes import RecipesViewModel
from phota_desktop.viewmodels.reopening import Reopening

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.ui.main_window import MainWindow


class WindowParts(QObject):
    """Made once the window is painted; joins view-models to services and lets them go again."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        studio, settings, jobs = window.studio, window.settings, window.jobs
        settings.attach(services)
        jobs.attach(services.queue, services.tasks, lambda: settings.value.daily_cap)
        jobs.concurrency_changed.connect(lambda places: settings.change(concurrency=places))
        studio.attach(services)
        self.people = PeopleViewModel(studio.form, settings, self)
        self.ledger = LedgerViewModel(settings, self)
        self.prompts = PromptsViewModel(self)
        self.recipes = RecipesViewModel(studio.form, studio.notices, self)
        for part in (self.people, self.ledger, self.prompts, self.recipes):
            part.attach(services)
        self.reopening = Reopening(
            services.queue, services.tasks, lambda: settings.value.daily_cap, self
        )
        DesktopNotifier(jobs, window)
        self._show()

    def _show(self) -> None:
        window, studio = self._window, self._window.studio
        prompt = window.drawer.prompt
        window.photo_panel.show_people(self.people)
        window.photo_panel.mention_asked.connect(window.commands.mention)
        prompt.set_pictures(window.art)
        prompt.set_prompts(self.prompts)
        window.drawer.add_prompt_tool(HistoryButton(self.prompts, studio.form, prompt, prompt))
        window.drawer.add_prompt_tool(RecipesButton(self.recipes, prompt))
        studio.photo_changed.connect(lambda: self.prompts.set_photo(studio.photo))
        self.prompts.set_photo(studio.photo)
        self.prompts.failed.connect(studio.notices.show_error)
        self.reopening.failed.connect(studio.notices.show_error)
        self.reopening.asked.connect(lambda: window.commands.ask_reopen(self.reopening))

    def detach(self) -> None:
        """Let the services go, before they close."""
        window = self._window
        window.settings.flush()
        for part in (self.people, self.ledger, self.prompts, self.recipes):
            part.detach()
        window.jobs.detach()
        window.studio.detach()
