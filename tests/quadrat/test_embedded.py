"""The embedded services are real here: each test kills, moves or crowds them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from quadrat import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 20.0

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded") / "var"


@pytest.fixture
def services(data_dir: Path) -> Iterator[embedded.Services]:
    attached = embedded.attach(data_dir)
    yield attached
    attached.detach()


def test_addresses_are_known_without_starting_anything(tmp_path: Path) -> None:
    there = embedded.addresses(tmp_path / "var")
    assert not there.postgres_host.exists()
    assert there == embedded.addresses(tmp_path / "elsewhere" / ".." / "var")
    assert there != embedded.addresses(tmp_path / "other")


def test_socket_paths_stay_short_however_deep_the_checkout(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-long-directory-name"] * 20)
    assert len(os.fsencode(embedded.addresses(deep).postgres_socket)) < 100


def test_both_services_answer_on_private_sockets(services: embedded.Services) -> None:
    assert count_after_insert(services) >= 1
    assert redis.Redis.from_url(services.redis_url).ping()
    assert services.addresses.postgres_host.stat().st_mode & 0o777 == 0o700
    assert setting(services, "jit") == "off"
    assert setting(services, "listen_addresses") == ""
    assert setting(services, "fsync") == "on"


def test_attaching_twice_in_one_process_is_one_attachment(services: embedded.Services) -> None:
    assert embedded.attach(services.data_dir) is services


def test_services_stop_when_the_last_user_leaves(data_dir: Path) -> None:
    services = embedded.attach(data_dir)
    child = subprocess.Popen(["sleep", "60"], close_fds=False)  # a child is no user
    try:
        leave(services)
        assert not services.addresses.postgres_socket.exists()
    finally:
        child.kill()
        child.wait()


def test_rows_survive_a_killed_postgres(services: embedded.Services) -> None:
    before = count_after_insert(services)
    kill(postgres_pid(services))
    wait_until(lambda: can_connect(services))
    assert count_after_insert(services) == before + 1


def test_rows_and_keys_survive_a_killed_guardian(services: embedded.Services) -> None:
    before = count_after_insert(services)
    redis.Redis.from_url(services.redis_url).set("kept", "yes")
    old = guardian_pid(services)
    kill(old)
    wait_until(lambda: services.ensure_guardian() or guardian_pid(services) != old)
    services.wait_until_ready()
    assert count_after_insert(services) == before + 1
    assert redis.Redis.from_url(services.redis_url).get("kept") == b"yes"


def test_rows_survive_when_everything_is_killed_at_once(services: embedded.Services) -> None:
    before = count_after_insert(services)
    valkey = int((services.data_dir / "valkey" / "valkey.pid").read_text())
    for pid in (postgres_pid(services), valkey, guardian_pid(services)):
        kill(pid)
    services.wait_until_ready()
    assert count_after_insert(services) == before + 1


def test_a_stale_pid_of_an_unrelated_process_does_not_block_the_start(data_dir: Path) -> None:
    first = embedded.attach(data_dir)
    before = count_after_insert(first)
    lock_text = (data_dir / "postgres" / "postmaster.pid").read_text()
    leave(first)
    unrelated = subprocess.Popen(["sleep", "60"])
    try:
        rest = lock_text.split("\n", 1)[1]
        (data_dir / "postgres" / "postmaster.pid").write_text(f"{unrelated.pid}\n{rest}")
        (data_dir / "valkey" / "valkey.pid").write_text(f"{unrelated.pid}\n")
        second = embedded.attach(data_dir)
        assert count_after_insert(second) == before + 1
        assert unrelated.poll() is None
        second.detach()
    finally:
        unrelated.kill()
        unrelated.wait()


def test_attaching_while_the_guardian_leaves_always_works(data_dir: Path) -> None:
    for pause_s in (0.0, 0.05, 0.1, 0.11, 0.12, 0.15, 0.2):
        services = embedded.attach(data_dir)
        assert can_connect(services)
        services.detach()
        time.sleep(pause_s)


def test_a_killed_user_does_not_keep_the_services_alive(data_dir: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from quadrat import embedded;"
        "embedded.attach(Path(sys.argv[1])); print('attached', flush=True); time.sleep(60)"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", code, str(data_dir)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert user.stdout is not None
    assert user.stdout.readline() == b"attached\n"
    guardian = int((data_dir / "run" / "guardian.lock").read_text().split()[0])
    user.kill()
    user.wait()
    user.stdout.close()
    wait_until(lambda: not is_alive(guardian))


def test_two_checkouts_live_side_by_side(services: embedded.Services, tmp_path: Path) -> None:
    other = embedded.attach(tmp_path / "var", durable=False)
    assert count_after_insert(other) == 1
    assert setting(other, "fsync") == "off"
    count_after_insert(services)
    assert count_after_insert(other) == 2
    other.detach()


def test_only_the_service_that_no_url_replaces_is_started(tmp_path: Path) -> None:
    wanted = embedded.missing_services("postgres://elsewhere/quadrat", "")
    services = embedded.attach(tmp_path / "var", durable=False, wanted=wanted)
    assert redis.Redis.from_url(services.redis_url).ping()
    assert not (tmp_path / "var" / "postgres").exists()
    with pytest.raises(embedded.EmbeddedError, match="did not need postgres"):
        embedded.attach(tmp_path / "var", durable=False)
    services.detach()


def test_a_throwaway_directory_is_thrown_away(tmp_path: Path) -> None:
    services = embedded.attach(tmp_path / "var", durable=False)
    leave(services)
    assert not (tmp_path / "var").exists()


def test_a_directory_that_holds_data_is_never_a_throwaway(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("precious")
    with pytest.raises(embedded.EmbeddedError, match="holds data"):
        embedded.attach(tmp_path, durable=False)
    assert (tmp_path / "photo.jpg").exists()


def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    settings = data_dir / "postgres" / "postgresql.conf"
    sound = settings.read_text()
    settings.write_text(sound + "\nmax_connections = many\n")
    try:
        with pytest.raises(embedded.EmbeddedError, match="max_connections"):
            embedded.attach(data_dir)
    finally:
        settings.write_text(sound)
    recovered = embedded.attach(data_dir)
    assert can_connect(recovered)
    recovered.detach()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes identities")
def test_root_keeps_its_rows_with_and_without_user_namespaces(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    for forbidden in ("", "1", ""):
        monkeypatch.setenv("QUADRAT_NO_USERNS", forbidden)
        services = embedded.attach(data_dir)
        counts.append(count_after_insert(services))
        leave(services)
    assert counts == list(range(counts[0], counts[0] + 3))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for others")
def test_root_works_in_the_data_directory_of_a_user(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    data_dir.mkdir()
    os.chown(data_dir, 4321, 4321)
    services = embedded.attach(data_dir)
    assert count_after_insert(services) == 1
    leave(services)
    owners = {path.lstat().st_uid for path in data_dir.rglob("*")}
    assert owners == {4321}


def count_after_insert(services: embedded.Services) -> int:
    with connect(services) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (n serial)")
        cursor.execute("INSERT INTO kept DEFAULT VALUES")
        cursor.execute("SELECT count(*) FROM kept")
        return int(cursor.fetchone()[0])


def setting(services: embedded.Services, name: str) -> str:
    with connect(services) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def connect(services: embedded.Services):
    return psycopg2.connect(services.database_url)


def can_connect(services: embedded.Services) -> bool:
    try:
        connect(services).close()
    except psycopg2.OperationalError:
        return False
    return True


def leave(services: embedded.Services) -> None:
    """Detach and wait until the guardian has gone."""
    pid = guardian_pid(services)
    services.detach()
    wait_until(lambda: not is_alive(pid))


def guardian_pid(services: embedded.Services) -> int:
    return int((services.data_dir / "run" / "guardian.lock").read_text().split()[0])


def postgres_pid(services: embedded.Services) -> int:
    return int((services.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Whether it runs; a zombie that its parent has not looked at does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
