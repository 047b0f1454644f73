# shows: Comments as in C.
// Count.
n = 1
