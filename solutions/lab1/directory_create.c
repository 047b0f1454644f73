// BEGIN SOLUTION 1.1 1.2 1.3
//| /*
//|  * TODO 1.1: write a BPF program that the kernel runs at syscalls/sys_enter_mkdir.
//|  *
//|  * TODO 1.2: let it leave one trace line for each mkdir, with bpf_trace_printk.
//|  *
//|  * TODO 1.3: nothing but mkdir leaves a line.
//|  */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	return 0;
}
// END SOLUTION
