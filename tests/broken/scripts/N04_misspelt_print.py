# shows: Misspells print.
pritn(1)
