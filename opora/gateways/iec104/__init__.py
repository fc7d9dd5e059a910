"""IEC 60870-5-104: we are the controlling station; outstations and telecontrol servers tell us of their switches.

Implements `processes.telecontrol.transports.Link` with the library c104. Knows no rules of signals.
"""
