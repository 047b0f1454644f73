# shows: Writes a function as in JavaScript.
function show(cpu):
    print(cpu)
