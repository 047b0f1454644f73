# shows: Formats a text with printb, which takes bytes.
from bcc import BPF
from bcc.utils import printb

b = BPF(src_file="events.c")
printb(b"%s" % "mkdir")
