"""The dispatcher's workplace (ЦУС, ОДС, ОДГ РЭС): the network drawn as it stands, beside what is off.

Composes the network (`registry.grid`) and outages (`processes.outages`); owns nothing.
"""
