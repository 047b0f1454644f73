# shows: Writes import the other way round.
import BPF from bcc

b = BPF(src_file="events.c")
