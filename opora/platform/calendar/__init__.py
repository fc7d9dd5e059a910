"""Working time: the production calendar, schedules, terms and the arithmetic of dates.

Pure halves: `production`, `hours`, `terms`, `explanation`. Tables hold years and schedules; `queries` keeps them in the
process, because every due date asks.
"""
