# attack: Attaches 64 programs, as many as a tracepoint takes, and leaves them there.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

from bcc import BPF, lib

NAMES = [f"nothing{i}" for i in range(70)]
b = BPF(text="\n".join(f"int {name}(void *ctx) {{ return 0; }}" for name in NAMES))
functions = [b.load_func(name, BPF.TRACEPOINT) for name in NAMES]
held = [lib.bpf_attach_tracepoint(f.fd, b"syscalls", b"sys_enter_mkdir") for f in functions]
print(len([fd for fd in held if fd >= 0]), "slots", flush=True)
while True:
    message = b.trace_fields()[5]
    if message:
        print(message.decode(), flush=True)
