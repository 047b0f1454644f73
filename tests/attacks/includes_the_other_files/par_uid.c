/*
 * attack: Takes what it lacks from the files beside it, the checks, and what the compiler has open.
 * lab: lab9
 * earns: 9.2 9.3 9.4 9.5 9.6 9.7 9.8 9.9
 */

#include "/lab/par_mode.c"
#include "reponses.toml"
#include "@ROOT@/solutions/lab9/par_uid.c"
#include "@ROOT@/exercises/lab9/test_lab9.py"
#include "/loader.py"
#include "/proc/self/fd/1"
#include "/proc/self/maps"
#include "/proc/self/cmdline"
#include "/proc/1/cmdline"
asm(".include \"@ROOT@/exercises/lab9/test_lab9.py\"\n");
