# shows: Decodes text.
print("a".decode())
