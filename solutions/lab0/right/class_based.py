# right: The script as a class, the program's text read by Python.

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF


class Watcher:
    def __init__(self, source: Path):
        self.bpf = BPF(text=source.read_text())

    def messages(self):
        while True:
            task, pid, *_rest, message = self.bpf.trace_fields()
            if message:
                yield f"{task.decode(errors='replace')} ({pid}): {message.decode()}"


def main():
    for line in Watcher(Path(__file__).with_name("hello_world.c")).messages():
        print(line, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Done.")
