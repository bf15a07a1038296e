"""Starts ``licet`` in a process of its own without importing it anew: a page has many commands.

A server imports the command line once and forks for each command; what a page calls
``licet`` is a small program that hands over its arguments, folder, surroundings and open
files, and ends as the forked one does. So every command is a real process still.
"""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_READY_SECONDS = 60

CLIENT = """#!{python} -SIE
import array, json, os, socket, sys
here = socket.socket(socket.AF_UNIX)
here.connect({address!r})
asked = {{"args": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ)}}
data = json.dumps(asked).encode()
socket.send_fds(here, [len(data).to_bytes(8, "big")], [0, 1, 2])
here.sendall(data)
sys.exit(here.recv(1)[0])
"""


class Starter:
    """A server that forks, and the folder in which ``licet`` lies as its client."""

    def __init__(self, folder: Path) -> None:
        """Start it; ``folder`` is a short path of its own."""
        address = folder / "s"
        self.folder = folder
        client = folder / "licet"
        client.write_text(CLIENT.format(python=sys.executable, address=str(address)))
        client.chmod(client.stat().st_mode | stat.S_IXUSR)
        # Of its text the children take over how they write theirs.
        env = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "tests.docs.forking", str(address)]
        self._server = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
        end = time.monotonic() + _READY_SECONDS
        while not address.exists():
            if self._server.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the server that starts commands did not start")
            time.sleep(0.02)

    def stop(self) -> None:
        """End the server."""
        self._server.terminate()
        self._server.wait()


def serve(address: str) -> None:
    """Fork for every command that is asked for, until ended."""
    _import_all()
    door = socket.socket(socket.AF_UNIX)
    door.bind(address + ".new")
    door.listen()
    Path(address + ".new").rename(address)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        asker, _ = door.accept()
        if os.fork() == 0:
            door.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _start(asker)
        asker.close()


_WITH_THREADS = ("licet.vision.", "licet.store.migrations.")
"""What is left to the commands: models' libraries start threads, which no fork takes along."""

_LATER = ("PIL.Image", "alembic.command", "babel.dates", "jinja2", "numpy", "rich.progress")
"""What the package imports where it is used, and most commands use."""


def _import_all() -> None:
    """Import what the commands import, and nothing that starts a thread or reads a model."""
    import gc
    import importlib
    import pkgutil

    import licet

    for found in pkgutil.walk_packages(licet.__path__, "licet."):
        if not found.name.startswith(_WITH_THREADS) and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    for name in _LATER:
        importlib.import_module(name)
    # Nothing of this is garbage: the children need not look through it.
    gc.freeze()


def _start(asker: socket.socket) -> None:
    """Be the command that is asked for, and tell its exit code."""
    size, files, _flags, _from = socket.recv_fds(asker, 8, 3)
    wanted = int.from_bytes(size, "big")
    data = b""
    while len(data) < wanted:
        data += asker.recv(wanted - len(data))
    asked = json.loads(data)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    # What Python found out about the server's own files is not true of these.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for the whole process
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - the same
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115 - the same
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = ["licet", *asked["args"]]
    pid = os.fork()
    if pid == 0:
        asker.close()
        code = _run()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(pid, 0)
    asker.sendall(bytes([os.waitstatus_to_exitcode(status) & 0xFF]))
    os._exit(0)


def _run() -> int:
    from licet.cli import main

    try:
        return main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)


if __name__ == "__main__":
    serve(sys.argv[1])
