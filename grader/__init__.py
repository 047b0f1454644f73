"""labebpf: eBPF labs that grade themselves, on a real kernel."""
