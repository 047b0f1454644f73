import time

while True:
    for count in range(1, 13):
        print(f"Nombre de dossier(s) : {count}", flush=True)
    time.sleep(0.2)
