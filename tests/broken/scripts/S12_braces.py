# shows: Opens a block as in C.
while (True) {
    pass
}
