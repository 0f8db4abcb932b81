"""Progress is for people who watch; messages are for everybody."""

from __future__ import annotations

import io

from consensus.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_sees_every_thousandth_number_on_one_line():
    terminal = Terminal()
    progress = Progress(terminal)
    for number in range(1, 2001):
        progress.show("{:,} lines read", number)
    progress.show("done")
    assert terminal.getvalue() == "\r1,000 lines read\r2,000 lines read\rdone            "


def test_a_message_replaces_the_progress_and_stays():
    terminal = Terminal()
    progress = Progress(terminal)
    progress.show("working")
    progress.say("line 3 left out")
    progress.clear()
    assert terminal.getvalue() == "\rworking\r       \rline 3 left out\n"


def test_a_file_sees_messages_only():
    log = io.StringIO()
    progress = Progress(log)
    progress.show("working")
    progress.say("line 3 left out")
    assert log.getvalue() == "line 3 left out\n"


class Broken(io.StringIO):
    def write(self, _):
        raise BrokenPipeError


def test_nobody_needs_to_listen():
    for stream in (None, Broken()):
        progress = Progress(stream)
        progress.show("working")
        progress.say("line 3 left out")
        progress.say("line 4 left out")
        progress.clear()
