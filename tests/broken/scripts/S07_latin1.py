# shows: Is saved in Latin-1.
# A comment.
# Un dossier créé.
print("on")
