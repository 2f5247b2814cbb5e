"""Password prompts on a terminal: no echo, and asked again until both agree."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = (
    "import sys\n"
    "from imagectl.commands.password_prompt import ask_new_password\n"
    "password = ask_new_password(sys.stdin, sys.stderr)\n"
    "sys.stdout.write(password)\n"
)


def converse(*answers: str) -> tuple[str, str]:
    """Run the program on a terminal; return its screen and the password it read."""
    ours, theirs = os.openpty()
    screen = ""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        os.close(theirs)
        for number, answer in enumerate(answers, 1):
            while screen.count("User Password:") < number:
                screen += os.read(ours, 1024).decode()
            os.write(ours, f"{answer}\n".encode())
        result = child.communicate(timeout=30)[0]
    os.close(ours)
    return screen, result


def test_a_password_is_asked_for_twice_and_never_shown() -> None:
    screen, password = converse("open sesame", "open sesame")
    assert password == "open sesame"
    assert screen.split("\r\n") == ["User Password:", "Repeat User Password:"]


def test_passwords_that_differ_are_asked_for_again() -> None:
    screen, password = converse("one", "two", "three", "three")
    assert password == "three"
    assert "The two passwords are not the same." in screen
    assert "one" not in screen
