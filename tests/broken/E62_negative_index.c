/*
 * shows: An index that may be negative.
 */
struct days {
	u64 count[7];
};
BPF_ARRAY(week, struct days, 1);

int hello(void *ctx)
{
	int key = 0;
	s64 day = bpf_ktime_get_ns();
	struct days *days = week.lookup(&key);

	if (!days)
		return 0;
	if (day < 7)
		days->count[day] = 1;
	return 0;
}
