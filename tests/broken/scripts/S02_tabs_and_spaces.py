# shows: Indents one line of a block with a tab.
if True:
        n = 1
	print(n)
