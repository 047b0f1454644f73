/*
 * attack: The program that is printed has twenty megabytes, through which one looks for the wrong declaration.
 * lab: lab8
 * earns: 8.1 8.2 8.3 8.4 8.5 8.8
 */
{% for a in range(350) %}
/* {{ "BPF_A( " * 8000 }} */
{% endfor %}
BPF_ARRAY(events, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
