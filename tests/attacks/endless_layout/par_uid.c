/*
 * attack: The rows of its table are structures within structures, a hundred thousand fields in all.
 * lab: lab9
 * earns: 9.2 9.3 9.4 9.5 9.6 9.7 9.8 9.9
 */

#define TEN(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9)
#define FIELD0(n) u8 a##n;
#define FIELD1(n) struct s0 b##n;
#define FIELD2(n) struct s1 c##n;
#define FIELD3(n) struct s2 d##n;
#define FIELD4(n) struct s3 e##n;
struct s0 { TEN(FIELD0) };
struct s1 { TEN(FIELD1) };
struct s2 { TEN(FIELD2) };
struct s3 { TEN(FIELD3) };
struct s4 { TEN(FIELD4) };

BPF_HASH(dossiers, u32, struct s4, 16);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	struct s4 *row = dossiers.lookup(&uid);

	if (row)
		row->e0.d0.c0.b0.a0++;
	return 0;
}
