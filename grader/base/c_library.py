"""C libraries whose functions return a negative number and set errno when they fail."""

from __future__ import annotations

import ctypes
import os


class CLibrary:
    """The library `name`, libc without one. Raises OSError where it is missing."""

    def __init__(self, name: str | None = None) -> None:
        self._library = ctypes.CDLL(name, use_errno=True)

    def call(self, function: str, *arguments: object) -> int:
        """Call `function`; return its result. Raises OSError with the error that it tells."""
        result: int = getattr(self._library, function)(*arguments)
        if result < 0:
            code = ctypes.get_errno() or -result
            raise OSError(code, os.strerror(code))
        return result
