"""A real HTTP server on this machine, for whoever is asked by HTTP."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Said = tuple[int, str, bytes]
"""Status, media type, body."""

Answering = Callable[[str, bytes], Said]
"""Path and body of a POST to what is answered."""


@contextlib.contextmanager
def http_server(answering: Answering) -> Iterator[str]:
    """Serve POSTs; yields the address without a slash at its end."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, media_type, data = answering(self.path, body)
            with contextlib.suppress(ConnectionError):  # who asked may have gone
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(data)))
                if status in (301, 302, 307, 308):
                    self.send_header("Location", data.decode())
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(data)
            self.close_connection = True

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
