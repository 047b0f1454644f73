# attack: Talks to the network, and to sockets of the machine.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

import glob
import socket

for family, place in ((socket.AF_INET, ("1.1.1.1", 53)), (socket.AF_INET, ("10.0.0.1", 80))):
    with socket.socket(family) as s:
        s.settimeout(0.5)
        try:
            s.connect(place)
            print("LEAK connected to", place, flush=True)
        except OSError as error:
            print(error, flush=True)
for path in glob.glob("/run/**/*.sock", recursive=True) + ["/var/run/docker.sock"]:
    with socket.socket(socket.AF_UNIX) as s:
        try:
            s.connect(path)
            print("LEAK connected to", path, flush=True)
        except OSError:
            pass
try:
    vsock = socket.socket(socket.AF_VSOCK)
    vsock.settimeout(0.5)
    vsock.connect((2, 22))
    print("LEAK vsock", flush=True)
except OSError as error:
    print(error, flush=True)
