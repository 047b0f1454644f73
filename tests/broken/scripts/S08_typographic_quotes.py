# shows: Has the quotes of a word processor.
print(“count”)
