# shows: Names the C file by a number.
from bcc import BPF

b = BPF(src_file=1)
