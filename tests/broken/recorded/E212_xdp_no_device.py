# shows: Attaches to a network device that is not there.
# recorded: 6.18/0.26
from bcc import BPF

b = BPF(text="int f(struct xdp_md *ctx) { return 2; }")
b.attach_xdp("eth9", b.load_func("f", BPF.XDP))
