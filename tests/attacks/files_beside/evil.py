print("OWNED evil")
