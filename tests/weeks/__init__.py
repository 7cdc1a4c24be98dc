"""Weeks of the demo home with all that happens written down, and with part of it: how many alerts people hear, and which are true."""
