"""Serve a folder of static files on this machine, as any host would."""

import functools
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def log_request(self, code="-", size="-"):
        self.server.answers.append((str(getattr(code, "value", code)), self.path))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing of a browser that hangs up."""


@contextmanager
def serve(folder):
    """Yield a server with its address as `url`, and as `answers` the code and path of each."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with _Server(("127.0.0.1", 0), handler) as server:
        server.url, server.answers = f"http://127.0.0.1:{server.server_port}", []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
