"""What a window has once there are services: people, trainings, ledger, prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.services.watching import Watcher
from phota_desktop.ui.desktop_notification import DesktopNotifier, PeopleNotifier
from phota_desktop.ui.library_parts import LibraryParts
from phota_desktop.ui.profile_commands import ProfileCommands
from phota_desktop.ui.prompt_tools import HistoryButton, RecipesButton
from phota_desktop.viewmodels.add_profile import AddProfileViewModel
from phota_desktop.viewmodels.hosting import HostingViewModel
from phota_desktop.viewmodels.keyring import KeyringViewModel
from phota_desktop.viewmodels.ledger import LedgerViewModel
from phota_desktop.viewmodels.people import PeopleViewModel
from phota_desktop.viewmodels.privacy import PrivacyViewModel
from phota_desktop.viewmodels.prompts import PromptsViewModel
from phota_desktop.viewmodels.recipes import RecipesViewModel
from phota_desktop.viewmodels.reopening import Reopening

if TYPE_CHECKING:
    from phota_desktop.imaging.display import DisplayTarget
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
        self.keyring = KeyringViewModel(
            services, studio.notices, lambda: settings.preferred_engine, self
        )
        self._services = services
        self.watcher = Watcher(
            services.people, services.trainer, services.session, services.tasks, self._may_ask
        )
        self.people = PeopleViewModel(studio.form, settings, self)
        self.add_profile = AddProfileViewModel(settings, self)
        self.hosting = HostingViewModel(self)
        self.privacy = PrivacyViewModel(self)
        self.ledger = LedgerViewModel(settings, self)
        self.prompts = PromptsViewModel(self)
        self.recipes = RecipesViewModel(studio.form, studio.notices, self)
        for part in (self.add_profile, self.ledger, self.prompts, self.recipes):
            part.attach(services)
        self._attach_people(services)
        self.library = LibraryParts(window, services)
        self.reopening = Reopening(
            services.queue, services.tasks, lambda: settings.value.daily_cap, self
        )
        settings.monitor.display_changed.connect(self._show_on)
        settings.monitor.start()
        DesktopNotifier(jobs, window)
        self._people_notifier = PeopleNotifier(self.watcher, window)
        self._show()

    def _attach_people(self, services: Services) -> None:
        settings, hosting = self._window.settings, services.hosting
        self.watcher.start()
        self.people.attach(
            services, watcher=self.watcher, hosting=hosting, erase=services.eraser.delete_profile
        )
        hosting.remember = lambda address: settings.change(bucket=address)
        self.hosting.attach(hosting, services.tasks, self._name_of, services.trainer.needs_photos)
        changes = (services.trainer.changed, hosting.changed, services.queue.changed)
        self.privacy.attach(services.privacy, services.eraser, services.tasks, *changes)
        self.privacy.erased.connect(
            lambda profile_id: self._window.studio.form.set_riding(profile_id, False)
        )

    def _may_ask(self) -> bool:
        """Tell whether Phota may be asked: nothing goes out before the person agreed."""
        return bool(self._window.settings.value.consented)

    def _show_on(self, display: DisplayTarget) -> None:
        self._window.loader.set_display(display)
        self._window.commands.comparing.set_screen(display.icc)

    def _name_of(self, tag: str) -> str:
        training = self._services.trainer.get(tag)
        return training.name if training is not None else ""

    def _show(self) -> None:
        window, studio = self._window, self._window.studio
        self.profile_commands = ProfileCommands(window, self)
        self.people.failed.connect(studio.notices.show_error)
        prompt = window.drawer.prompt
        window.photo_panel.show_people(self.people)
        window.photo_panel.show_library(self.library.shelf)
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
        self.library.detach()
        self.keyring.detach()
        self._people_notifier.detach()
        for part in (self.people, self.add_profile, self.hosting, self.privacy):
            part.detach()
        self.watcher.stop()
        for other in (self.ledger, self.prompts, self.recipes):
            other.detach()
        window.jobs.detach()
        window.studio.detach()
