// BEGIN SOLUTION 0.1 0.2 0.3
//| /*
//|  * TODO 0.1: write a BPF program: one function that the kernel runs at each clone, and that
//|  * returns 0. BCC's macro TRACEPOINT_PROBE(category, event) declares it and attaches it.
//|  *
//|  * TODO 0.2: let it leave a trace line that contains: Hello, World!
//|  *
//|  * TODO 0.3: exactly one line for each new process.
//|  */
TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}
// END SOLUTION
