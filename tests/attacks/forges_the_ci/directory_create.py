# attack: Prints escapes, titles, the clipboard's OSC 52 and commands of CI systems, then fails.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import sys

out = sys.stdout.buffer
for line in (
    b"::error file=a.py,line=1::pwned", b"::set-output name=score::10", b"::stop-commands::x",
    b"##[error]pwned", b"##vso[task.complete result=Succeeded]", b"section_start:1:a\r\x1b[0Kx",
    b"\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[2J\x1b[31mred\x9b31m\x1bP+q\x1b\\",
    b"A" * 76 + b" ::error::wrapped", b"A" * 70 + b"::error::folded", b"[bold]markup[/bold] {0} %s",
    b"\0\xff\xfe\xed\xa0\x80 \xe2\x80\xae\xf0\x9f", b"1.4   2/2  pass", b"Total: 10/10",
):
    out.write(line + b"\n")
out.flush()
raise SystemExit("::error::" + "pwned " * 60)
