"""A web server on loopback that plays a geocoding service, well or badly, and notes what it sees and when."""

from __future__ import annotations

import gzip
import itertools
import json
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

MOST_REQUESTS = 5_000
BIG = 10_000_000


def record(name: str, number: int = 1, **changes: object) -> dict[str, object]:
    """Return a place as Nominatim writes it."""
    return {
        "osm_type": "node",
        "osm_id": number,
        "lat": "36.3450",
        "lon": "43.1450",
        "class": "highway",
        "type": "residential",
        "importance": 0.1,
        "name": name,
        "display_name": f"{name}, Mosul, Iraq",
        "address": {"country_code": "iq"},
        "boundingbox": ["36.3", "36.4", "43.1", "43.2"],
        **changes,
    }


@dataclass
class Seen:
    """What the server saw of one request."""

    at: float
    target: str
    headers: dict[str, str]

    @property
    def query(self) -> str:
        return parse_qs(urlsplit(self.target).query).get("q", [""])[0]


@dataclass
class FaultServer:
    """The server; the first part of the path names the fault: ``/502-burst/search?q=...``."""

    context: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    seen: list[Seen] = field(default_factory=list)
    latency: float = 0.0
    most_at_once: int = 0
    _now_at_once: int = 0
    _counts: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> FaultServer:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                server._play(self)

            def log_message(self, *args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None:
                pass

        self._server = Quiet((self.host, 0), Handler)
        self.port = self._server.server_address[1]
        if self.context is not None:
            self._server.socket = self.context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, fault: str = "well", *, scheme: str = "http") -> str:
        return f"{scheme}://{self.host}:{self.port}/{fault}"

    def smallest_gap(self) -> float:
        times = sorted(one.at for one in self.seen)
        return min((b - a for a, b in itertools.pairwise(times)), default=float("inf"))

    def most_in_a_second(self) -> int:
        times = sorted(one.at for one in self.seen)
        return max(sum(start <= time < start + 1.0 for time in times) for start in times)

    def _play(self, handler: BaseHTTPRequestHandler) -> None:
        arrived = time.monotonic()
        parts = urlsplit(handler.path)
        fault = parts.path.lstrip("/").split("/")[0]
        with self._lock:
            self.seen.append(Seen(arrived, handler.path, dict(handler.headers)))
            assert len(self.seen) < MOST_REQUESTS
            self._counts[fault] = count = self._counts.get(fault, 0) + 1
            self._now_at_once += 1
            self.most_at_once = max(self.most_at_once, self._now_at_once)
        try:
            if self.latency:
                time.sleep(self.latency)
            name = parse_qs(parts.query).get("q", [""])[0]
            getattr(self, "_" + fault.replace("-", "_"), self._well)(handler, name, count)
        finally:
            with self._lock:
                self._now_at_once -= 1

    def _well(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [] if "nowhere" in name.lower() else [record(name, count)])

    def _429(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, {"error": "too many"}, 429) if count <= 2 else self._well(handler, name, count)

    def _429_retry_after(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        if count == 1:
            return send(handler, {"error": "too many"}, 429, {"Retry-After": "7"})
        return self._well(handler, name, count)

    def _429_tomorrow(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, {"error": "too many"}, 429, {"Retry-After": "86400"})

    def _403(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, {"error": "banned"}, 403)

    def _401_echo(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, {"error": f"no such key: {handler.path} {dict(handler.headers)}"}, 401)

    def _echo(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        text = f"{handler.path} {dict(handler.headers)}"
        send(handler, [record(name, address={"road": text, "country_code": "iq"}, extra=text)])

    def _500_always(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, {"error": "broken"}, 500)

    def _500_html(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"<html>oops</html>", 500, {"Content-Type": "text/html"})

    def _502_burst(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"<html>bad gateway</html>", 502) if count <= 3 else self._well(handler, name, count)

    def _404(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"not here", 404, {"Content-Type": "text/plain"})

    def _timeout(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        time.sleep(0.6)
        self._well(handler, name, count)

    def _timeout_once(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        self._timeout(handler, name, count) if count == 1 else self._well(handler, name, count)

    def _drip(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        body = json.dumps([record(name)]).encode()
        start(handler, 200, {"Content-Length": str(len(body))})
        for byte in body[:60]:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.1)

    def _reset(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        start(handler, 200, {"Content-Length": "5000"})
        handler.wfile.write(b'[{"lat": "36.3"')
        handler.wfile.flush()
        # Linger of zero makes the kernel send RST instead of FIN.
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    def _reset_once(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        self._reset(handler, name, count) if count == 1 else self._well(handler, name, count)

    def _short(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        start(handler, 200, {"Content-Length": "5000"})
        handler.wfile.write(b'[{"lat": "36.3"')
        handler.close_connection = True

    def _invalid_json(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b'[{"lat": "36.3", ')

    def _deep_json(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"[" * 200_000)

    def _scalar(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"null")

    def _shape(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [["not", "a", "record"]])

    def _html(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"<!DOCTYPE html><title>Log in</title>", 200, {"Content-Type": "text/html"})

    def _empty_body(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"")

    def _empty(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [])

    def _latitude(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [record(name, lat="136.3")])

    def _longitude(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [record(name, lon="999")])

    def _second_is_odd(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [record(name), record(name, lon="999")])

    def _words(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [record(name, lat="north", lon="east")])

    def _not_a_number(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, json.dumps([record(name, lat=float("nan"), lon=float("inf"))]).encode())

    def _numbers(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [record(name, lat=36.345, lon=43.145)])

    def _no_coordinates(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [record(name, lat=None, lon=None)])

    def _half_coordinates(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [record(name, lon=None)])

    def _null_island(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, [record(name, lat="0", lon="0")])

    def _redirect(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"", 302, {"Location": handler.path.replace("/redirect/", "/well/")})

    def _redirect_away(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"", 302, {"Location": "http://elsewhere.example.org/search"})

    def _redirect_loop(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"", 301, {"Location": handler.path})

    def _big(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        start(handler, 200, {"Content-Length": str(BIG)})
        piece = b" " * 100_000
        for _ in range(BIG // len(piece)):
            handler.wfile.write(piece)

    def _bomb(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, gzip.compress(b" " * BIG), 200, {"Content-Encoding": "gzip"})

    def _gzip(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, gzip.compress(json.dumps([record(name)]).encode()), 200, {"Content-Encoding": "gzip"})

    def _gzip_broken(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"this is no gzip", 200, {"Content-Encoding": "gzip"})

    def _latin1(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        body = json.dumps([record("Çukurca")], ensure_ascii=False).encode("latin-1")
        send(handler, body, 200, {"Content-Type": "application/json; charset=iso-8859-1"})

    def _mislabeled(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        body = json.dumps([record("الموصل")], ensure_ascii=False).encode()
        send(handler, body, 200, {"Content-Type": "application/json; charset=iso-8859-1"})

    def _bom(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b"\xef\xbb\xbf" + json.dumps([record(name)]).encode())

    def _no_encoding(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        send(handler, b'[{"name": "\xff\xfe"}]', 200, {"Content-Type": "application/json; charset=utf-8"})

    def _chunked(self, handler: BaseHTTPRequestHandler, name: str, count: int) -> None:
        start(handler, 200, {"Transfer-Encoding": "chunked"})
        body = json.dumps([record(name)]).encode()
        for begin in range(0, len(body), 50):
            piece = body[begin : begin + 50]
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")


def start(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()


def send(
    handler: BaseHTTPRequestHandler, body: object, status: int = 200, headers: dict[str, str] | None = None
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    start(handler, status, {"Content-Length": str(len(data)), **(headers or {})})
    handler.wfile.write(data)
