/*
 * attack: Lets the compiler quote the checks, the solution and other files in its errors.
 * base: stub
 * earns: 0
 */

#if __has_include("@ROOT@/exercises/lab1/test_lab1.py")
#include "@ROOT@/exercises/lab1/test_lab1.py"
#endif
#if __has_include("@ROOT@/solutions/lab1/directory_create.c")
#error LEAK
#include "@ROOT@/solutions/lab1/directory_create.c"
#endif
#include "@ROOT@/exercises/lab1/lab.toml"
#include "/proc/1/environ"
#include "/proc/self/environ"
#include "/proc/1/cmdline"
#include "/loader.py"
