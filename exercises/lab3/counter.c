/*
 * TODO 3.1: declare the hash table compteur, and write a BPF program for
 * syscalls/sys_enter_mkdir. It looks the counter up at key 0.
 *
 * TODO 3.2: if there is no counter yet, this directory is the first: the count is 1.
 *
 * TODO 3.3: else the count is one more than before. Put it into the table.
 *
 * TODO 3.4: leave the trace line "Nombre de dossier(s) : %d" with the new count.
 *
 * TODO 3.7: let no count get lost when several CPUs run this at the same time.
 */
