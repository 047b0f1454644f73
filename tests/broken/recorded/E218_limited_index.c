/*
 * shows: An index that is limited, and copied by the compiler of an older BCC.
 * recorded: 6.18/0.18
 * not: E29
 */
struct days {
	u64 count[7];
};
BPF_ARRAY(week, struct days, 1);

int hello(void *ctx)
{
	int key = 0;
	u32 day = bpf_get_prandom_u32();
	struct days *days = week.lookup(&key);

	if (!days)
		return 0;
	if (day < 7)
		days->count[day] = 1;
	return 0;
}
