"""Homes, staff, devices, sign-in, grants, and who may do what."""
