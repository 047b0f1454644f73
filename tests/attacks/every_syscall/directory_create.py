# attack: Its own program prints at every system call of the machine, and the script prints that.
# earns: 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8
# scale: 0.2

from bcc import BPF

b = BPF(text='RAW_TRACEPOINT_PROBE(sys_enter) { bpf_trace_printk("mkdir"); return 0; }')
while True:
    message = b.trace_fields()[5]
    if message:
        print(message.decode(), flush=True)
