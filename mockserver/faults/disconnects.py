"""Ways for a connection to end that a fault asks for and a door carries out.

They derive from BaseException, so that no handler of a service takes them for errors.
"""

from __future__ import annotations

HOLD = "mockserver.hold"
"""Key of a request's WSGI environment: a function of the door that a stall calls.

It takes a ``threading.Event`` and returns once the client has hung up or the event is
set. A door without connections, such as the one in process, has none.
"""


class Disconnected(BaseException):
    """The door closes the connection in order."""


class Reset(Disconnected):
    """The door resets the connection."""


class Stalled(Disconnected):
    """The connection was held until the client hung up or the fault was removed."""
