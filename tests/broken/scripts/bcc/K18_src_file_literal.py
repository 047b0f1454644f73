# shows: Gives the text of the program as src_file.
from bcc import BPF

b = BPF(src_file="""
int on_mkdir(void *ctx) { return 0; }
""")
