"""The rate that a server sees, from threads and from processes; runs that are cut off; files shared by many."""

from __future__ import annotations

import functools
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from geocoding_fakes import USER_AGENT, FakeClock
from geocoding_faults import FaultServer

from geomap.geocoding import Service, geocode
from geomap.geocoding._pacing import Blocked, RateLimiter

pytestmark = pytest.mark.network

RUN = """
import json, sys
from geomap.geocoding import Service, geocode
settings = json.loads(sys.argv[1])
names = settings.pop("names")
threads = settings.pop("threads", 1)
table = geocode(names, service=Service("nominatim", **settings), threads=threads, progress=False)
print(json.dumps(table["status"].tolist()))
"""


def command(**settings: object) -> list[str]:
    return [sys.executable, "-c", RUN, json.dumps(settings, default=str)]


def settings(server: FaultServer, folder: Path, **more: object) -> dict[str, object]:
    base = {
        "domain": server.url(),
        "user_agent": USER_AGENT,
        "cache": folder / "answers.sqlite",
        "rate_folder": folder / "rates",
        "rate": 20.0,
    }
    return {**base, **more}


def names(count: int, prefix: str = "Street") -> list[str]:
    return [f"{prefix} {number}" for number in range(count)]


def test_one_request_a_second_is_never_exceeded_at_the_server(server, tmp_path) -> None:
    table = geocode(names(4), progress=False, **settings(server, tmp_path, rate=1.0))
    assert table["status"].eq("found").all()
    assert server.smallest_gap() >= 1.0


@pytest.mark.parametrize("threads", [1, 8])
def test_threads_keep_the_rate_as_the_server_sees_it(server, tmp_path, threads: int) -> None:
    server.latency = 0.01
    table = geocode(names(24), threads=threads, progress=False, **settings(server, tmp_path))
    assert table["status"].eq("found").all()
    assert len(server.seen) == 24
    assert server.smallest_gap() >= 0.05
    assert server.most_in_a_second() <= 20
    assert server.most_at_once == 1


def test_threads_of_different_services_objects_share_the_rate(server, tmp_path) -> None:
    services = [Service("nominatim", **settings(server, tmp_path)) for _ in range(8)]
    workers = [
        threading.Thread(target=geocode, args=(names(3, f"Lane {n}"),), kwargs={"service": one, "progress": False})
        for n, one in enumerate(services)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for one in services:
        one.close()
    assert len(server.seen) == 24
    assert server.smallest_gap() >= 0.05


def test_four_processes_share_the_rate_and_the_cache(server, tmp_path) -> None:
    running = [
        subprocess.Popen(
            command(**settings(server, tmp_path), names=names(4, f"Road {n}") + names(2, "Shared"), threads=2),
            stdout=subprocess.PIPE,
        )
        for n in range(4)
    ]
    outputs = [json.loads(process.communicate(timeout=60)[0]) for process in running]
    assert all(statuses == ["found"] * 6 for statuses in outputs)
    assert server.smallest_gap() >= 0.05
    assert server.most_at_once == 1
    assert len(server.seen) == len({one.query for one in server.seen}) == 18, "the same name is asked once"
    with closing(sqlite3.connect(tmp_path / "answers.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM answers").fetchone() == (18,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_several_connections_are_used_where_the_service_allows_them_and_no_more(server, tmp_path) -> None:
    server.latency = 0.3
    started = time.monotonic()
    table = geocode(names(9), threads=8, progress=False, **settings(server, tmp_path, connections=3))
    assert table["status"].eq("found").all()
    assert 2 <= server.most_at_once <= 3
    assert time.monotonic() - started < 9 * 0.3


def test_a_killed_run_loses_at_most_the_request_in_flight(server, tmp_path) -> None:
    server.latency = 0.02
    wanted = names(40)
    process = subprocess.Popen(command(**settings(server, tmp_path), names=wanted), stdout=subprocess.DEVNULL)
    while len(server.seen) < 15:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = len(server.seen)
    table = geocode(wanted, progress=False, **settings(server, tmp_path, rate=200.0))
    assert table["status"].eq("found").all()
    asked = [one.query for one in server.seen]
    assert set(asked) == set(wanted)
    assert len(asked) - len(wanted) <= 1
    assert before <= 20


def test_a_killed_process_does_not_hold_up_the_line(server, tmp_path) -> None:
    server.latency = 5.0
    process = subprocess.Popen(command(**settings(server, tmp_path), names=names(1)), stdout=subprocess.DEVNULL)
    while not server.seen:
        time.sleep(0.01)
    process.kill()
    process.wait()
    server.latency = 0.0
    started = time.monotonic()
    geocode(["Other Street"], progress=False, **settings(server, tmp_path))
    assert time.monotonic() - started < 2


def test_an_interrupt_ends_a_threaded_run_and_keeps_what_was_answered(server, tmp_path) -> None:
    wanted = names(400)
    process = subprocess.Popen(
        command(**settings(server, tmp_path), names=wanted, threads=4),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A background job inherits an ignored interrupt, and Python then installs no handler for it.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    while len(server.seen) < 10:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) != 0
    with closing(sqlite3.connect(tmp_path / "answers.sqlite")) as connection:
        kept = connection.execute("SELECT count(*) FROM answers").fetchone()[0]
    assert len(server.seen) - 1 <= kept <= len(server.seen)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_service_made_before_a_fork_works_after_it(server, tmp_path) -> None:
    code = f"""
import os, json
from geomap.geocoding import Service, geocode
one = Service("nominatim", **json.loads({json.dumps(json.dumps(settings(server, tmp_path), default=str))}))
geocode(["Before"], service=one, progress=False)
child = os.fork()
name = "Child" if child == 0 else "Parent"
for number in range(5):
    assert geocode([f"{{name}} {{number}}"], service=one, progress=False)["status"].tolist() == ["found"]
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=60)
    assert len({one.query for one in server.seen}) == len(server.seen) == 11
    assert server.smallest_gap() >= 0.05


def test_the_pause_counts_from_the_answer(tmp_path) -> None:
    clock = FakeClock()
    limiter = RateLimiter(tmp_path, "host", interval=1.0, connections=1, clock=clock)
    with limiter.slot() as slot:
        clock.sleep(0.4)
        slot.answered()
        clock.sleep(0.2)
    started = clock.now
    with limiter.slot():
        assert clock.now - started == pytest.approx(0.8)


def test_a_clock_that_is_set_back_delays_by_one_pause_at_most(tmp_path) -> None:
    clock = FakeClock()
    limiter = RateLimiter(tmp_path, "host", interval=1.0, connections=1, clock=clock)
    with limiter.slot():
        pass
    clock.now -= 10_000
    with limiter.slot():
        assert clock.slept[-1] == 1.0


def test_a_torn_file_of_times_costs_one_pause(tmp_path) -> None:
    clock = FakeClock()
    limiter = RateLimiter(tmp_path, "host", interval=1.0, connections=1, clock=clock)
    (tmp_path / "host.times").write_text("17500000")
    with limiter.slot():
        assert clock.slept == [1.0]


def test_a_block_holds_for_every_process_and_is_refused_if_it_is_too_long(tmp_path) -> None:
    clock = FakeClock()
    RateLimiter(tmp_path, "host", interval=1.0, connections=1, clock=clock).block(30.0)
    other = RateLimiter(tmp_path, "host", interval=1.0, connections=1, clock=clock)
    with pytest.raises(Blocked), other.slot(max_wait=10.0):
        pass
    with other.slot(max_wait=60.0):
        assert clock.now >= 1_750_000_030.0
