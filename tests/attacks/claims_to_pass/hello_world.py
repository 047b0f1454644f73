# attack: No answer at all: the stub, with a claim to have passed.
# base: stub
# lab: lab0
# earns: 0

print("0.1 pass\nHello, World!", flush=True)
