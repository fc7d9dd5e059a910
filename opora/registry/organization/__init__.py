"""The company itself: branches, districts, offices, divisions, positions, employees and their absences.

Owns the directory of employees. Does not own their sign-in (`platform.access`), nor what they are working on.
"""
