"""Files that people and programs hand in: kept once by their content, checked by their bytes, served safely.

Owns: the contents. Does not own: what a file belongs to and who may have it; the owner's link table says that.
"""
