"""The entry point of ``imagectl`` and ``python -m imagectl``.

The garbage collector is off during the imports: it would find nothing, because all the
objects that they create live until the program ends. A signal during the imports ends
the program at once, for nothing has happened yet.
"""

from __future__ import annotations

import os

try:
    import gc
    import signal
    import sys
except KeyboardInterrupt:
    os._exit(130)


def main() -> None:
    """Run the command line of the process and end it with its exit code.

    The process ends here: what Python does at its end could only fail, or be
    interrupted, and everything is written by then.
    """
    _leave_on_signals()
    _prepare_descriptors()
    gc.disable()
    from imagectl.shell import main as run

    gc.freeze()
    gc.enable()
    sys.unraisablehook = _show_unless_interrupted
    try:
        exit_code = run()
    except KeyboardInterrupt:
        exit_code = 128 + signal.SIGINT
    os._exit(exit_code)


def _leave_on_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, frame: os._exit(128 + number))


def _prepare_descriptors() -> None:
    """Open what was started closed, so that no file or connection gets its number.

    It is opened the wrong way round: reading input or writing output still fails.
    What the caller made non-blocking is waited for: Python would lose output that a
    pipe has no room for, and take a pause of the input for its end.
    """
    for descriptor, flags in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.set_blocking(descriptor, True)
        except OSError:
            nothing = os.open(os.devnull, flags)
            if nothing != descriptor:
                os.dup2(nothing, descriptor)
                os.close(nothing)


def _show_unless_interrupted(unraisable: sys.UnraisableHookArgs) -> None:
    """Repeat a signal whose exception was lost where Python lets none through."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    elif isinstance(unraisable.exc_value, SystemExit):
        signal.raise_signal(signal.SIGTERM)
    else:
        sys.__unraisablehook__(unraisable)


if __name__ == "__main__":
    main()
