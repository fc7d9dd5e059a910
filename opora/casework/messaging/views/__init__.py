"""Screens of messages: the bell, the list with reasons, the tab of a customer's card, templates."""
