/*
 * TODO 7.1: declare struct cle, with uid, comm and mode, and the tables dossiers, total and
 * perdus, and write a BPF program for syscalls/sys_enter_mkdir.
 *
 * TODO 7.2: add one to the row of dossiers whose key has the uid, the comm and the mode of
 * this mkdir; begin with a row of 0 where there is none.
 *
 * TODO 7.3: let no byte of the key be what was on the stack before.
 *
 * TODO 7.4: add one to total[0].
 *
 * TODO 7.5: where dossiers has no room for the row, add one to perdus[0] instead.
 *
 * TODO 7.6: let no count get lost when several CPUs add to one row at the same time.
 */
