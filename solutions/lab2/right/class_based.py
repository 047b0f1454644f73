# right: The script as a class, whose method is the callback.

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF


class Horodateur:
    def __init__(self, source):
        self.bpf = BPF(src_file=str(source))
        self.events = self.bpf["events"]
        self.events.open_perf_buffer(self.afficher_evenement)

    def afficher_evenement(self, cpu, data, size):
        print("mkdir:", self.events.event(data).timestamp_mkdir, flush=True)

    def run(self):
        try:
            while True:
                self.bpf.perf_buffer_poll(timeout=100)
        except KeyboardInterrupt:
            print("Done.")


if __name__ == "__main__":
    Horodateur(Path(__file__).with_name("timestamp.c")).run()
