# shows: Reads None from a library's function.
import re

found = re.match("a", "b")
print(found.group())
