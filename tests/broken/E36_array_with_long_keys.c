/*
 * shows: Declares an array whose keys have 8 bytes.
 * not: E64
 * not: E181
 */
BPF_TABLE("array", u64, u64, t, 10);

int hello(void *ctx) { return 0; }
