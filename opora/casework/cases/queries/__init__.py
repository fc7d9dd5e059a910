"""What may be asked about cases, by subject. Import from the file of the subject.

`lists` pages, counts and exports of cases · `details` one case whole · `explain` the arithmetic of a due date ·
`actions` what a reader may do · `desks` stages to be done by somebody · `supervision` counters, overdue work, load ·
`repeats` the same trouble again · `statistics` figures of a period, the regulator's form · `catalogue` topics,
passports, routes · `clock` the working time of a branch.

Everything returns frozen dataclasses in a total order. Lists go on by key: give the `next` of one page as `after` of
the following one. What a user may not see is left out by row-level security, so counts agree with lists.
"""
