/*
 * shows: Gives perf_submit() a value of a table in place of the context.
 * not: E214
 */
BPF_HASH(compteur);
BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	u64 cle = 0, *n = compteur.lookup(&cle);

	events.perf_submit(n, &cle, sizeof(cle));
	return 0;
}
