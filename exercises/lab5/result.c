/*
 * TODO 5.1: declare struct evenement, with the fields ret, which is signed, and path, 64 characters;
 * the hash table codes, whose keys are signed; the hash table en_cours; the perf buffer events.
 *
 * TODO 5.4: when a mkdir begins, keep its path, or the address of it, in en_cours, at a key that
 * says which thread it is.
 *
 * TODO 5.2: when a mkdir ends, add one in codes, at the code that it returns.
 *
 * TODO 5.3: then find the path that its thread has in en_cours, and submit code and path to events.
 *
 * TODO 5.5: take the thread out of en_cours.
 */
