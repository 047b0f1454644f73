# shows: Imports a name that the module does not have.
from json import Load
