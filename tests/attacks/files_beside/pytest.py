print("OWNED pytest")
raise SystemExit(0)
