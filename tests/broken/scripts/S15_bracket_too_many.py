# shows: Closes one parenthesis too many.
print("count"))
