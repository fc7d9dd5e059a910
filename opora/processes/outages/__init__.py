"""Emergency and planned outages: who is off, why, since when, until when, and who says so.

Owns: outages through their stages, the usage points they cut off, estimates, restorations, reports of customers.
Does not own: the network and positions of its switches (`registry.grid`), signals (`processes.telecontrol`), the cases
that reports are (`casework.cases`), nor what people are told and how (`casework.messaging`).
"""
