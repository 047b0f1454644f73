/*
 * attack: Two programs include each other twice on each level, while one is compiled beside the other.
 * lab: lab9
 * scale: 0.2
 * earns: 9.1 9.4 9.5 9.6 9.7 9.8 9.9
 */

#include "par_chef.c"
#include "par_chef.c"
#include "/virtual/main.c"
#include "/virtual/main.c"
