# attack: Raises what has no message, what is no Exception, and what cannot be shown; and hides each traceback.
# base: stub
# earns: 0

import sys
import warnings


class Unspeakable(BaseException):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__


sys.excepthook = lambda *_: None
sys.unraisablehook = lambda *_: None
sys.stderr = None
warnings.showwarning = lambda *_: None


def attachable(pattern):
    assert False


def active_kprobes():
    raise Unspeakable


def is_blacklisted(name):
    raise GeneratorExit
