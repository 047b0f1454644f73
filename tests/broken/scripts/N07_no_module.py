# shows: Imports a module that does not exist.
import bccc
