"""A small web server on the loopback interface, which answers what a test tells it to."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

NAME = "photos.example.test"
Answer = Callable[[BaseHTTPRequestHandler], None]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Whoever breaks off is what a test is about."""


class Web:
    """Paths and what they answer; anything else is 404. `asked` lists what was asked for."""

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(self.path)
                web.headers.append({name.lower(): text for name, text in self.headers.items()})
                answer = web.answers.get(self.path.split("?")[0], status(404))
                with suppress(BrokenPipeError, ConnectionResetError):
                    answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Quiet((host, 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.scheme = "https" if tls else "http"
        self.port = self._server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"

    def url(self, path: str = "/photo.jpg", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    @contextmanager
    def running(self) -> Iterator[Self]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def body(data: bytes, content_type: str | None = "image/jpeg", **headers: str) -> Answer:
    """200 with these bytes; a header `X_Y` is sent as `X-Y`."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        if content_type is not None:
            request.send_header("Content-Type", content_type)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(data))} | given).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(data)

    return answer


def status(code: int, **headers: str) -> Answer:
    """A status without a body."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def raw(*pieces: bytes, pause_s: float = 0.0, stop: threading.Event | None = None) -> Answer:
    """These bytes as they are, one piece after the other; the last again and again until `stop`
    is set, where there is one."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        waiting = stop or threading.Event()
        for piece in pieces:
            request.wfile.write(piece)
            waiting.wait(pause_s)
        while stop is not None and not stop.is_set():
            request.wfile.write(pieces[-1])
            stop.wait(pause_s)

    return answer


def certificate(folder: Path, name: str = NAME) -> tuple[Path, Path]:
    """A certificate of its own signing for that host, and its key."""
    crt, key = folder / f"{name}.crt", folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    files = ["-nodes", "-days", "30", "-keyout", str(key), "-out", str(crt)]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)
    return crt, key
