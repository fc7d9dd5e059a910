"""Words known to the product, for finding what was misspelt.

Whoever keeps a searchable document teaches its words here; a question's unknown words are matched to known ones first
(a small table with a trigram index), and documents are then searched by exact words through their own index.
"""
