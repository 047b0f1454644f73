/*
 * shows: Chooses by a text.
 * not: E191
 */
int hello(void *ctx)
{
	char name[16] = {};

	bpf_get_current_comm(&name, sizeof(name));
	switch (name) {
	case "mkdir":
		bpf_trace_printk("it");
	}
	return 0;
}
