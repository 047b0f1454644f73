# shows: Searches bytes for a pattern of text.
import re

print(re.search("mkdir", b"mkdir"))
