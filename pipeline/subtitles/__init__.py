"""The insides of formats.py: one module a family of files, and what their text may hold."""
