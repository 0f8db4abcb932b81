"""Who the servers run as.

PostgreSQL refuses to run as root. An ordinary user's servers run as that user. Root's run

1. as the owner of the data directory, where that is an ordinary user;
2. else in a user namespace of their own, in which root's number is an ordinary one: no new
   system user, no change of owner, everything root can reach stays within reach;
3. else, where namespaces are forbidden (many containers) or QUADRAT_NO_USERNS is set, as the
   user ``NOBODY``, who then owns their files. Where that user cannot reach them, say because
   the checkout lies below /root, it keeps one capability, CAP_DAC_OVERRIDE.

The system calls are made through ctypes: Python has them from 3.12 on, or not at all.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from quadrat.embedded.trouble import EmbeddedError

NOBODY = 65534

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
LINUX_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Identity:
    """Who the servers run as; ``uid`` and ``gid`` own their files, as seen from outside."""

    kind: Literal["self", "namespace", "dropped"]
    uid: int
    gid: int
    keeps_reach: bool = False

    def enter(self) -> None:
        """Become it. To be called in a child that is about to ``exec``."""
        if self.kind == "namespace":
            _enter_namespace()
        elif self.kind == "dropped":
            _drop_to(self.uid, self.gid, keeps_reach=self.keeps_reach)

    def __str__(self) -> str:
        if self.kind == "namespace":
            return "root, in a user namespace"
        reach = " with CAP_DAC_OVERRIDE" if self.keeps_reach else ""
        return f"user {self.uid}{reach}"


def choose_identity(data_dir: Path, programs: Iterable[Path]) -> Identity:
    """The identity for the servers of ``data_dir``, tried out in a child process.

    Raises EmbeddedError where root has no way to run them.
    """
    if os.geteuid() != 0:
        return Identity("self", os.geteuid(), os.getegid())
    needed = [data_dir, *programs]
    owner = data_dir.stat()
    if owner.st_uid != 0:
        return _dropped(owner.st_uid, owner.st_gid, needed)
    namespace = Identity("namespace", 0, 0)
    if not os.environ.get("QUADRAT_NO_USERNS") and _works(namespace, needed):
        return namespace
    return _dropped(NOBODY, NOBODY, needed)


def named(identity: Identity, data_dir: Path, programs: Iterable[Path]) -> Identity:
    """An identity with a user name for ``initdb``, which insists on one; the server does not.

    In a container a uid often has no name: ``docker run --user 1234``, or a mounted directory.
    Raises EmbeddedError where there is no way around it.
    """
    if identity.kind == "namespace" or _has_name(identity.uid):
        return identity
    needed = [data_dir, *programs]
    if identity.kind == "dropped":
        return _dropped(NOBODY, NOBODY, needed)
    namespace = Identity("namespace", identity.uid, identity.gid)
    if _works(namespace, needed):
        return namespace
    raise EmbeddedError(
        f"User {identity.uid} has no name, and PostgreSQL's initdb wants one: add the user to "
        "/etc/passwd, or set DATABASE_URL."
    )


def die_with_parent(signal_number: signal.Signals, parent_pid: int) -> None:
    """Ask the kernel to send this process a signal when its parent dies; Linux only.

    To be called after ``Identity.enter``: a change of credentials clears the request.
    """
    if not sys.platform.startswith("linux"):
        return
    _call("prctl", PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != parent_pid:  # it died before we asked
        os._exit(1)


def _dropped(uid: int, gid: int, needed: list[Path]) -> Identity:
    for keeps_reach in (False, True):
        candidate = Identity("dropped", uid, gid, keeps_reach)
        if _works(candidate, needed):
            return candidate
    raise EmbeddedError(
        "PostgreSQL does not run as root, a user namespace is not allowed here, and user "
        f"{uid} cannot reach {', '.join(map(str, needed))}. Run Quadrat as an ordinary user, or "
        "keep the checkout and QUADRAT_DATA below a directory that everyone may enter, or set "
        "DATABASE_URL and REDIS_URL."
    )


def _works(identity: Identity, needed: Iterable[Path]) -> bool:
    """Whether a child can become ``identity`` and still open everything it needs."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            identity.enter()
            for path in needed:
                os.close(os.open(path, os.O_RDONLY))
            code = 0
        except OSError:
            pass
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _enter_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    inside = next((entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0), NOBODY)
    inside = NOBODY if _has_name(NOBODY) else inside
    _call("unshare", CLONE_NEWUSER)
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{inside} {uid} 1"),
        ("gid_map", f"{inside} {gid} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(line, encoding="ascii")


def _drop_to(uid: int, gid: int, *, keeps_reach: bool) -> None:
    if keeps_reach:
        _call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if keeps_reach:
        _keep_only(CAP_DAC_OVERRIDE)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _CapabilitySets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def _keep_only(capability: int) -> None:
    """Reduce this process to one capability, and let it survive ``exec``."""
    header = _CapabilityHeader(LINUX_CAPABILITY_VERSION_3, 0)
    mask = 1 << capability
    sets = (_CapabilitySets * 2)(_CapabilitySets(mask, mask, mask), _CapabilitySets(0, 0, 0))
    _call("capset", ctypes.byref(header), ctypes.byref(sets))
    _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def _call(name: str, *arguments: object) -> None:
    try:
        function = getattr(_libc, name)
    except AttributeError:
        raise OSError(f"{name} does not exist on this system") from None
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
