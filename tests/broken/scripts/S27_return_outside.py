# shows: Returns outside of a function.
n = 1
if n:
    return
print(n)
