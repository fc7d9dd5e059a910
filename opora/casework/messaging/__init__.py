"""Messages to people: templates, consents and preferences, delivery with its proof, and the bell of every user.

Owns: what was said to whom, by which channel, and what became of it. Does not own: the networks that carry messages
(`gateways`, behind `transports.Transport`), nor the reasons for writing: whoever has one calls `operations.send`.
"""
