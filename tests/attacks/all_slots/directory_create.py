# attack: Attaches 64 programs, as many as a tracepoint takes, and leaves them there.
# earns: 1.1 1.2 1.3
# scale: 0.2

from bcc import BPF

TEXT = "int nothing(void *ctx) { return 0; }"
b = BPF(text=TEXT)
b.attach_tracepoint(tp="syscalls:sys_enter_mkdir", fn_name="nothing")
function = b.load_func("nothing", BPF.TRACEPOINT)
from bcc import lib

held = [lib.bpf_attach_tracepoint(function.fd, b"syscalls", b"sys_enter_mkdir") for _ in range(70)]
print(len([fd for fd in held if fd >= 0]), "slots", flush=True)
while True:
    message = b.trace_fields()[5]
    if message:
        print(message.decode(), flush=True)
