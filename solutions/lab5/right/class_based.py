# right: The script as a class, which sums up at its end.

"""Print the path of each mkdir on this machine, and what it returned, until Ctrl-C."""

import errno
from pathlib import Path

from bcc import BPF


class Resultats:
    def __init__(self, source):
        self.bpf = BPF(src_file=str(source))
        self.events = self.bpf["events"]
        self.events.open_perf_buffer(self.afficher_evenement)

    def afficher_evenement(self, cpu, data, size):
        event = self.events.event(data)
        name = errno.errorcode.get(-event.ret, "success")
        print(f"{event.ret}={name}: {event.path.decode(errors='replace')}", flush=True)

    def run(self):
        try:
            while True:
                self.bpf.perf_buffer_poll(timeout=100)
        except KeyboardInterrupt:
            for code, count in self.bpf["codes"].items():
                print(f"{count.value} times {code.value}")


if __name__ == "__main__":
    Resultats(Path(__file__).with_name("result.c")).run()
