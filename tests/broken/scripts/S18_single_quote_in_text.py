# shows: Has an apostrophe in a text in apostrophes.
print('l'entree')
