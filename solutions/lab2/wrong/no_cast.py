# wrong: Takes the address for the structure: an AttributeError in the callback.
# loses: 2.4 fail
# says: data is the address of the event

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF


def afficher_evenement(cpu, data, size):
    print(f"mkdir at {data.timestamp_mkdir} ns", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
