# right: The script as a class, which prints the count twice a second.

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF


class Compteur:
    def __init__(self, source):
        self.bpf = BPF(src_file=str(source))

    @property
    def nombre(self):
        return sum(value.value for value in self.bpf["compteur"].values())

    def run(self):
        while True:
            print(f"{self.nombre} dossier(s)", flush=True)
            time.sleep(0.5)


if __name__ == "__main__":
    try:
        Compteur(Path(__file__).with_name("counter.c")).run()
    except KeyboardInterrupt:
        print("Done.")
