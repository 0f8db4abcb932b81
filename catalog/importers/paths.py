"""File names out of foreign inputs: which are taken, and which file they mean."""

from __future__ import annotations

import re
import stat
from pathlib import Path, PurePosixPath, PureWindowsPath

from catalog.importers.records import Refused

MAX_CHARACTERS = 500
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def check_name(file_name: object) -> str:
    """The file name, if it is one that can be an identity and stays below its folder.

    Raises `Refused` for anything else: no text, absolute, climbing with "..", a URL, unprintable.

    >>> check_name("images/wm_badger.webp")
    'images/wm_badger.webp'
    """
    if not isinstance(file_name, str) or not file_name.strip():
        raise Refused("has no file_name that is text")
    if len(file_name) > MAX_CHARACTERS:
        raise Refused(f"has a file name of more than {MAX_CHARACTERS} characters; shorten it")
    if any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in file_name):
        raise Refused("has a file name that is not readable UTF-8 text; rename the file")
    if _URL.match(file_name):
        raise Refused("is a web address; fetch the image and name the file")
    if PurePosixPath(file_name).is_absolute() or PureWindowsPath(file_name).drive:
        raise Refused("is an absolute path; name the file relative to the image folder")
    if "\\" in file_name:
        raise Refused("has a backslash in its file name; write / between folders")
    if ".." in PurePosixPath(file_name).parts:
        raise Refused("climbs out of its folder with '..'; name the file relative to the folder")
    return file_name


def locate(root: Path, file_name: str) -> Path:
    """The existing regular file of that (checked) name below `root`, links resolved.

    Raises `Refused` where there is none, or a link leads out of `root`.
    """
    try:
        path = (root / file_name).resolve()
        if not path.is_relative_to(root.resolve()):
            raise Refused("is a link that leads out of the image folder; copy the file into it")
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise Refused("is missing; is the image folder right (--images)?") from error
    # RuntimeError: links in a circle, on Python before 3.13
    except (OSError, RuntimeError) as error:
        raise Refused(f"cannot be reached ({getattr(error, 'strerror', error)})") from error
    if not stat.S_ISREG(mode):
        raise Refused("is no regular file")
    return path
