/*
 * shows: Follows an address that it found in a table.
 * not: E86
 */
#include <linux/sched.h>

BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;
	u64 *p = compteur.lookup(&cle);
	u64 *q;

	if (p) {
		q = (u64 *)*p;
		*p = *q;
	}
	return 0;
}
