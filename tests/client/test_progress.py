from __future__ import annotations

import io

from imagectl.transfer.progress import counted, show_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is() -> None:
    terminal = Terminal()
    with show_progress(terminal, 8) as report:
        assert list(counted([b"four", b"more"], report)) == [b"four", b"more"]
    assert "100%" in terminal.getvalue()


def test_data_of_unknown_size_is_counted() -> None:
    terminal = Terminal()
    with show_progress(terminal, None) as report:
        report(2048)
    assert "2.00k" in terminal.getvalue()


def test_a_file_sees_nothing() -> None:
    file = io.StringIO()
    with show_progress(file, 8) as report:
        report(8)
    assert file.getvalue() == ""
