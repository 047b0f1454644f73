/*
 * attack: Whenever the grader looks into the table, the table gets new keys: reading it never ends.
 * lab: lab3
 * base: stub
 * earns: 3.1
 */

BPF_HASH(compteur, u64, u64, 64);
BPF_ARRAY(state, u64, 1);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	int zero = 0;
	u64 one = 1, key, old;
	u64 *last = state.lookup(&zero);

	if (ctx->args[1] != 321 || !last)
		return 0;
	old = *last;
	key = old + 1;
	compteur.update(&key, &one);
	compteur.delete(&old);
	*last = key;
	return 0;
}
