# shows: Reads an argument that is not there.
import sys

name = sys.argv[1]
print(name)
