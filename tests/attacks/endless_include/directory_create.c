/*
 * attack: Includes itself twice on each level: 2 to the 200 times.
 * scale: 0.1
 * base: stub
 * earns: 0
 */

#include "/virtual/main.c"
#include "/virtual/main.c"
#include "/lab/directory_create.c"
#include "/lab/directory_create.c"
