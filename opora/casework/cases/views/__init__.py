"""Screens of cases: lists, one case and what is done with it, registration, and the settings behind them."""
