# wrong: The field's name is misspelt in the callback.
# loses: 2.4 fail
# says: The event has no field named timestamp_mkdirr

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF


def afficher_evenement(cpu, data, size):
    event = b["events"].event(data)
    print(f"mkdir at {event.timestamp_mkdirr} ns", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
