"""Intake, ledger, sync, history and exports."""
