"""Processes that hand over number by number, each killed by whoever hears of one: what they sent and what they noted.

To be run by itself: a process with open databases can't fork without its child closing them behind its back, as soon as
that collects garbage.
"""

import os
import signal
import socket
import sys
from pathlib import Path

from campaign.outbox.journal import Journal, read


def main(path, kills):
    """Prints for each kill the last number that arrived, and the last that the journal says was handed over."""
    for kill in range(kills):
        path.unlink(missing_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            child = os.fork() or _hand_over_for_ever(path, listening.getsockname())
            theirs = listening.accept()[0]
        heard = theirs.recv(8 * (kill % 50 + 1), socket.MSG_WAITALL)
        os.kill(child, signal.SIGKILL)  # in the midst of that call, or just about to leave it
        os.waitpid(child, 0)
        while more := theirs.recv(65536):
            heard += more
        theirs.close()
        print(int(heard[-8:]), max(read(path.read_text())))


def _hand_over_for_ever(path, address):
    try:
        ours = socket.create_connection(address)
        ours.setblocking(False)
        journal, number = Journal(os.open(path, os.O_RDWR | os.O_CREAT)), 0
        while True:
            if journal.hand_over(number + 1, ours.fileno(), b"%8d" % (number + 1)) == (8, True):
                number += 1
            journal.settle([number - 3])
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
