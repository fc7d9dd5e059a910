"""Customers and contractors: one base of everybody the company serves or deals with.

Owns: requisites, contact points, addresses, usage points, agreements, groups, payment behaviour as imported.
Does not own: cases (`casework.cases`), messages (`casework.messaging`), the grid (`registry.grid`).
"""
