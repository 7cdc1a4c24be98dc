"""Alerts: the actor that judges, the deadlines that climb, and the one sender that reaches a phone.

`follow.py` acts on the ledger, `fire.py` on deadlines, `outbox.py` and `push.py` deliver. Nothing here is in a hurry that
a database row does not remember: any process may die at any line, and another carries on from the rows.
"""
