"""The observer: a subscription has an end."""

from __future__ import annotations

from phota_desktop.core.events import Event


def test_listeners_hear_until_they_leave() -> None:
    event: Event[int] = Event()
    heard: list[int] = []
    leave = event.subscribe(heard.append)
    event.emit(1)
    leave()
    leave()
    event.emit(2)
    assert heard == [1]


def test_a_listener_may_leave_while_it_is_told() -> None:
    event: Event[int] = Event()
    heard: list[str] = []

    def once(_: int) -> None:
        heard.append("once")
        leave()

    leave = event.subscribe(once)
    event.subscribe(lambda _: heard.append("always"))
    event.emit(1)
    event.emit(2)
    assert heard == ["once", "always", "always"]
