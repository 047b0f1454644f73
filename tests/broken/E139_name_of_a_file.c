/*
 * shows: Is the name of a file and no program.
 * not: E67
 */
counter.c
