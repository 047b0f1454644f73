# shows: Declares a variable as in C.
int n = 0
