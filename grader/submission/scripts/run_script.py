"""Runs in the sandbox: waits with Python and BCC ready, and becomes the student's script.

The script's name comes on the descriptor argv[1]. It then runs as `python3 NAME` would run it: as
__main__, with nothing of this file in its globals, its arguments, its path or its traceback. Only
who looks for it finds it: inspect.stack(), sys.orig_argv, sys.excepthook.
"""


def become() -> None:
    FILE_INPUT = 257  # Py_file_input
    import ctypes  # Here: a global name would go with the others.
    import os
    import sys
    import types

    with open(int(sys.argv[1]), "r+b", buffering=0) as channel:
        channel.write(b"!")  # Ready.
        name = channel.read().decode()
    if not name:
        return
    path = os.path.abspath(name)
    space = sys.modules["__main__"].__dict__
    for own in [key for key in space if not key.startswith("__")]:
        del space[own]
    space.update(__doc__=None, __file__=path, __loader__=type(__loader__)("__main__", path))  # type: ignore[name-defined]
    sys.argv[:] = [name]
    sys.path[0] = os.path.dirname(path)

    shown = sys.excepthook

    def show(
        kind: type[BaseException], error: BaseException, trace: types.TracebackType | None
    ) -> None:
        while trace and trace.tb_frame.f_code.co_filename != path:
            trace = trace.tb_next
        shown(kind, error.with_traceback(trace), trace)

    sys.excepthook = show
    # As Python itself reads a script: compile() would let other bytes than UTF-8 pass.
    text = ctypes.c_char_p(os.fsencode(path))
    opens, run = ctypes.CDLL(None).fopen, ctypes.pythonapi.PyRun_FileExFlags
    opens.restype, run.restype = ctypes.c_void_p, ctypes.py_object
    stream = ctypes.c_void_p(opens(text, b"rb"))
    globals_ = ctypes.py_object(space)
    run(stream, text, FILE_INPUT, globals_, globals_, True, None)


become()
