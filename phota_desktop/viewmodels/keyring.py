"""What the window says of a keyring that gives no key: at once, and until that is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.core.jobs import Engine
from phota_desktop.store.keys import ENVIRONMENT, KeyState
from phota_desktop.viewmodels.notices import Notice, NoticeAction, NoticesViewModel, Tone
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.session import Session

GROUP = "keyring"
_ASKABLE = (KeyState.LOCKED, KeyState.DENIED, KeyState.BROKEN)
_MEANWHILE = "The local engine is used meanwhile."


class KeyringViewModel(QObject):
    """Tells why there is no key where there may be one, and looks again when it is told to.

    Nothing falls back in silence (promise P10): a person who works with Phota learns at once that
    the local engine is used instead. Who chose the local engine is not bothered.
    """

    def __init__(
        self,
        services: Services,
        notices: NoticesViewModel,
        wanted: Callable[[], Engine | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._notices = notices
        self._wanted = wanted
        notices.acted.connect(self._on_acted)
        self._leave = services.session.changed.subscribe(self._on_session)

    def detach(self) -> None:
        """Stop listening, before the services close."""
        self._leave()

    def _on_session(self, session: Session) -> None:
        notice = self._notice_for(session)
        if notice is None:
            self._notices.withdraw(GROUP)
        else:
            self._notices.show(notice)

    def _notice_for(self, session: Session) -> Notice | None:
        finding, wanted = session.finding, self._wanted()
        if finding.key is not None or wanted is Engine.LOCAL:
            return None
        if finding.state is KeyState.WAITING and finding.message:
            hint, action = "Its window may be behind this one.", NoticeAction.NONE
        elif finding.source == ENVIRONMENT:
            hint, action = _MEANWHILE, NoticeAction.OPEN_SETTINGS
        elif finding.state in _ASKABLE:
            hint, action = _MEANWHILE, NoticeAction.LOOK_AGAIN
        elif finding.state is KeyState.ABSENT and wanted is Engine.PHOTA:
            hint = "A key can be kept for this session only."
            action = NoticeAction.OPEN_SETTINGS
        else:
            return None
        return Notice(
            plain(finding.message),
            Tone.WARN,
            action,
            _BUTTONS.get(action, ""),
            hint=hint,
            group=GROUP,
            stays=True,
        )

    def _on_acted(self, notice: Notice) -> None:
        if notice.group == GROUP and notice.action is NoticeAction.LOOK_AGAIN:
            self._services.tasks.spawn(self._look(), name="look for the key", replace=True)

    async def _look(self) -> None:
        session, wanted = self._services.session, self._wanted()
        await session.look_for_key()
        if session.finding.key is not None and wanted is not Engine.LOCAL:
            session.set_engine(Engine.PHOTA)
        await session.await_keyring(wanted)


_BUTTONS = {
    NoticeAction.OPEN_SETTINGS: "Open settings",
    NoticeAction.LOOK_AGAIN: "Look again",
}
