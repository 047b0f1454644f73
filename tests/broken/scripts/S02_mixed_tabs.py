# shows: Mixes tabs and spaces.
if True:
    a = 1
	b = 2
