/*
 * shows: Reads the Ethernet header without comparing it with the packet's end.
 * hook: xdp:lo
 * not: E31
 * not: E29
 */
#include <uapi/linux/if_ether.h>

BPF_HASH(compteur);

int compte_paquets(struct xdp_md *ctx)
{
	struct ethhdr *entete = (void *)(long)ctx->data;
	u64 cle = entete->h_proto;

	compteur.atomic_increment(cle);
	return XDP_PASS;
}
