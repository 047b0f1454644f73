/*
 * attack: Turns off the compiler's complaints, and redefines what the grader adds and asks for.
 * base: stub
 * earns: 0
 */

#pragma clang diagnostic ignored "-Weverything"
#pragma GCC system_header
#define TRACEPOINT_PROBE(category, event) static inline int tracepoint__##category##__##event##_(void *ctx)
#define main __attribute__((constructor)) constructed
#undef BPF_HASH
#define BPF_HASH(...)
#define return for (;;)

static int main(void)
{
	undeclared("/etc/shadow");
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	return 0;
}
