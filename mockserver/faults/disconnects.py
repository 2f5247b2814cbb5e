"""Ends of a connection that a fault asks for, and the door carries out.

They are no errors: handlers, which catch those, never see them.
"""

from __future__ import annotations

HOLD = "mockserver.hold"
"""Where a door puts what waits until the peer hangs up, or an event is set."""


class Disconnected(BaseException):
    """The connection ends here, in order."""


class Reset(Disconnected):
    """The connection is reset."""


class Stalled(Disconnected):
    """Nothing more was done on the connection until its peer hung up."""
