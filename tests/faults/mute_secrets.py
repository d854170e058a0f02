"""A password store on the session bus that takes every call and answers none."""

from __future__ import annotations

import sys

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

_BUS = DBusAddress(
    "/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus"
)


def main() -> None:
    """Take the name, say so, and listen for ever."""
    connection = open_dbus_connection(bus="SESSION")
    name = new_method_call(_BUS, "RequestName", "su", ("org.freedesktop.secrets", 4))
    assert connection.send_and_get_reply(name).body == (1,)
    sys.stdout.write("there\n")
    sys.stdout.flush()
    while True:
        connection.receive()


if __name__ == "__main__":
    main()
