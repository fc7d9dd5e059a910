"""The state address register (ГАР ФИАС): objects in their hierarchies, houses, and finding them by what people write.

Owns the register as it was last delivered. Does not own who is supplied where: usage points keep the id of their house.
"""
