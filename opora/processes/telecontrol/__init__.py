"""Telecontrol (телемеханика): stations that tell how switches stand, and the inbox of what they have told."""
