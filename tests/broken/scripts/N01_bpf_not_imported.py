# shows: Uses BPF without its import.
b = BPF(src_file="hello.c")
