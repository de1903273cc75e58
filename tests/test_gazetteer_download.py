from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from test_gazetteer_geonames import cache_in, write_dump

from geomap import _files
from geomap.errors import GazetteerDownloadFailed, GazetteerUnwritable
from geomap.gazetteer import Gazetteer
from geomap.gazetteer._download import FILES, download_geonames
from geomap.gazetteer._geonames import build_geonames

pytestmark = pytest.mark.network


class Server(ThreadingHTTPServer):
    """Serve a folder as badly as a test wants: ``behave`` may act before an answer and tells how much to send."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.version = "1"
        self.shift = 0
        self.behave_head: Callable[[Handler], int] = lambda handler: 200
        self.behave: Callable[[Handler, str, bytes], bytes | None] = lambda handler, name, body: body
        self.asked: list[tuple[str, str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/dump"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        status = self.server.behave_head(self)
        if status == 200:
            self._answer(with_body=False)
        else:
            self.refuse(status)

    def refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        name = self.path.partition("/dump/")[2]
        asked = self.headers.get("Range")
        self.server.asked.append((self.command, name, asked))
        path = self.server.folder / name
        if not path.is_file():
            self.send_error(404)
            return
        body, begin = path.read_bytes(), 0
        tag = f'"{self.server.version}-{name}"'
        if asked and self.headers.get("If-Range") == tag:
            begin = int(asked.removeprefix("bytes=").rstrip("-"))
            if begin >= len(body):
                self.send_error(416)
                return
        sent: bytes | None = body[begin:]
        if with_body:
            sent = self.server.behave(self, name, body[begin:])
            if sent is None:
                return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(body) - begin))
        self.send_header("ETag", tag)
        if begin:
            self.send_header("Content-Range", f"bytes {begin + self.server.shift}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        if with_body and sent is not None:
            self.wfile.write(sent)
            if len(sent) < len(body) - begin:
                self.close_connection = True


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Serve a small dump."""
    with serving(write_dump(tmp_path / "origin")) as running:
        yield running


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return the folder to download to."""
    return tmp_path / "download"


def download(server: Server, target: Path, **options: object) -> None:
    download_geonames(target, url=server.url, pause=lambda seconds: None, **options)  # type: ignore[arg-type]


def same(server: Server, target: Path) -> bool:
    return all((target / name).read_bytes() == (server.folder / name).read_bytes() for name in FILES)


def test_all_files_arrive_and_can_be_built(server: Server, target: Path, gazetteer_cache: Path, tmp_path: Path) -> None:
    seen: dict[str, tuple[int, int]] = {}
    download(server, target, advance=lambda file, done, size: seen.__setitem__(file, (done, size)))
    assert same(server, target)
    assert seen.keys() == set(FILES)
    assert all(done == size for done, size in seen.values())
    assert not list(target.glob("*.part"))
    cache = cache_in(tmp_path, gazetteer_cache)
    build_geonames(target, cache_dir=cache)
    assert Gazetteer("geonames", cache_dir=cache).candidates(["Mosul"])["Mosul"][0].geonameid == 99072


def test_a_dropped_connection_is_resumed_where_it_broke(server: Server, target: Path) -> None:
    server.behave = lambda handler, name, body: body[:200]
    download(server, target)
    assert same(server, target)
    ranges = [asked for method, name, asked in server.asked if method == "GET" and name == "allCountries.zip"]
    assert ranges[:3] == [None, "bytes=200-", "bytes=400-"]


def test_what_arrived_is_kept_for_the_next_call(server: Server, target: Path) -> None:
    tries: list[str] = []

    def dying(handler: Handler, name: str, body: bytes) -> bytes:
        tries.append(name)
        return body[:100] if len(tries) == 1 else b""

    server.behave = dying
    with pytest.raises(
        GazetteerDownloadFailed, match=r"allCountries\.zip: download incomplete .*100 bytes are kept"
    ) as raised:
        download(server, target, attempts=3)
    assert isinstance(raised.value, ConnectionError)
    assert (target / "allCountries.zip.part").stat().st_size == 100
    assert not (target / "allCountries.zip").exists()
    server.behave = lambda handler, name, body: body
    server.asked.clear()
    download(server, target)
    assert same(server, target)
    assert ("GET", "allCountries.zip", "bytes=100-") in server.asked


def test_a_file_that_changes_at_the_server_is_begun_anew(server: Server, target: Path) -> None:
    tries: list[str] = []

    def changing(handler: Handler, name: str, body: bytes) -> bytes:
        tries.append(name)
        if len(tries) > 1:
            return body
        server.version = "2"
        return body[:150]

    server.behave = changing
    download(server, target)
    assert same(server, target)


def test_a_corrupted_archive_is_fetched_again(server: Server, target: Path) -> None:
    tries: list[str] = []

    def corrupting(handler: Handler, name: str, body: bytes) -> bytes:
        tries.append(name)
        return body[:60] + bytes([body[60] ^ 0xFF]) + body[61:] if tries.count(name) == 1 and ".zip" in name else body

    server.behave = corrupting
    download(server, target)
    assert same(server, target)
    assert tries.count("allCountries.zip") == 2


def test_an_archive_that_is_always_corrupted_is_an_error(server: Server, target: Path) -> None:
    server.behave = lambda handler, name, body: body[:60] + bytes([body[60] ^ 0xFF]) + body[61:]
    with pytest.raises(GazetteerDownloadFailed, match="the archive is damaged"):
        download(server, target, attempts=3)
    assert not (target / "allCountries.zip").exists()


def test_a_truncated_archive_with_a_matching_length_is_an_error(server: Server, target: Path) -> None:
    path = server.folder / "allCountries.zip"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(GazetteerDownloadFailed, match="the archive is damaged"):
        download(server, target, attempts=2)


def test_a_page_in_place_of_a_table_is_an_error(server: Server, target: Path) -> None:
    (server.folder / "admin2Codes.txt").write_text("<html>\tmaintenance</html>")
    with pytest.raises(GazetteerDownloadFailed, match=r"admin2Codes\.txt: .*not a tab-separated table"):
        download(server, target, attempts=2)


def test_a_busy_server_is_asked_again_and_as_late_as_it_says(server: Server, target: Path) -> None:
    tries: list[str] = []
    waited: list[float] = []

    def busy(handler: Handler, name: str, body: bytes) -> bytes | None:
        tries.append(name)
        if len(tries) > 2:
            return body
        handler.send_response(503)
        handler.send_header("Retry-After", "7")
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return None

    server.behave = busy
    download_geonames(target, url=server.url, pause=waited.append)
    assert same(server, target)
    assert waited == [7.0, 7.0]


def test_a_connection_that_closes_without_an_answer_is_tried_again(server: Server, target: Path) -> None:
    tries: list[str] = []

    def closing(handler: Handler, name: str, body: bytes) -> bytes | None:
        tries.append(name)
        if len(tries) > 2:
            return body
        handler.close_connection = True
        return None

    server.behave = closing
    download(server, target)
    assert same(server, target)


def test_a_file_that_is_not_there_is_said_at_once(server: Server, target: Path) -> None:
    (server.folder / "hierarchy.zip").unlink()
    with pytest.raises(GazetteerDownloadFailed, match=r"hierarchy\.zip: HTTP 404"):
        download(server, target)
    assert len([name for _, name, _ in server.asked if name == "hierarchy.zip"]) == 1


def test_files_that_are_there_are_not_fetched_again_unless_they_changed(server: Server, target: Path) -> None:
    download(server, target)
    server.asked.clear()
    download(server, target)
    assert {method for method, _, _ in server.asked} == {"HEAD"}
    server.version = "2"
    download(server, target)
    assert sum(method == "GET" for method, _, _ in server.asked) == len(FILES)


def test_a_server_that_refuses_head_is_asked_with_get(server: Server, target: Path) -> None:
    server.behave_head = lambda handler: 405
    download(server, target)
    assert same(server, target)


def test_a_file_that_is_refused_is_an_error_and_not_written(server: Server, target: Path) -> None:
    server.behave = lambda handler, name, body: handler.refuse(403)
    with pytest.raises(GazetteerDownloadFailed, match=r"allCountries\.zip: HTTP 403"):
        download(server, target)
    assert not list(target.glob("*.part"))


def test_a_server_that_resumes_elsewhere_is_not_believed(server: Server, target: Path) -> None:
    server.behave = lambda handler, name, body: body[:200] if len(server.asked) < len(FILES) + 3 else body
    server.shift = 7
    download(server, target)
    assert same(server, target)
    ranges = [asked for method, name, asked in server.asked if method == "GET" and name == "allCountries.zip"]
    assert ranges[:3] == [None, "bytes=200-", None]


def test_a_server_that_is_not_there_is_an_error(tmp_path: Path, target: Path) -> None:
    with serving(tmp_path) as gone:
        url = gone.url
    with pytest.raises(GazetteerDownloadFailed, match=r"download incomplete \(cannot connect to the server\)"):
        download_geonames(target, url=url, attempts=2, pause=lambda seconds: None)


@pytest.mark.parametrize("url", ["file:///etc", "ftp://example.org/", "nowhere"])
def test_only_web_servers_are_asked(target: Path, url: str) -> None:
    with pytest.raises(GazetteerDownloadFailed, match="expected http:// or https://"):
        download_geonames(target, url=url)


def test_the_environment_names_the_server(server: Server, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMAP_GEONAMES_URL", server.url)
    download_geonames(target, files=["countryInfo.txt"])
    assert (target / "countryInfo.txt").read_bytes() == (server.folder / "countryInfo.txt").read_bytes()


def test_too_little_space_is_said_before_anything_arrives(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = _files.shutil.disk_usage(server.folder)
    monkeypatch.setattr(_files.shutil, "disk_usage", lambda _: usage._replace(free=10))
    with pytest.raises(GazetteerUnwritable, match="not enough space"):
        download(server, target)
    assert {method for method, _, _ in server.asked} == {"HEAD"}
