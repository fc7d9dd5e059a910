"""The network: substations, lines, switches, what joins what, and who is supplied through what.

Owns the model of the network, positions of switches and the tracing of supply. Does not own outages
(`processes.outages`), signals (`processes.telecontrol`), nor usage points (`registry.customers`), which point here.
"""
