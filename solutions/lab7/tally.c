// BEGIN SOLUTION 7.1 7.2 7.3 7.4 7.5 7.6
//| /*
//|  * TODO 7.1: declare struct cle, with uid, comm and mode, and the tables dossiers, total and
//|  * perdus, and write a BPF program for syscalls/sys_enter_mkdir.
//|  *
//|  * TODO 7.2: add one to the row of dossiers whose key has the uid, the comm and the mode of
//|  * this mkdir; begin with a row of 0 where there is none.
//|  *
//|  * TODO 7.3: let no byte of the key be what was on the stack before.
//|  *
//|  * TODO 7.4: add one to total[0].
//|  *
//|  * TODO 7.5: where dossiers has no room for the row, add one to perdus[0] instead.
//|  *
//|  * TODO 7.6: let no count get lost when several CPUs add to one row at the same time.
//|  */
struct cle {
	u32 uid;
	char comm[16];
	u16 mode;
};

BPF_HASH(dossiers, struct cle, u64, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct cle cle = {};
	u64 zero = 0;
	u64 *nombre;

	total.increment(0);

	cle.uid = bpf_get_current_uid_gid();
	cle.mode = args->mode;
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	nombre = dossiers.lookup_or_try_init(&cle, &zero);
	if (nombre)
		__sync_fetch_and_add(nombre, 1);
	else
		perdus.increment(0);
	return 0;
}
// END SOLUTION
