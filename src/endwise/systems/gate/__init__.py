"""Gate: camera picture -> who may enter."""
