"""The insides of cues.py, layout.py and checks.py: where text breaks, and what a reader stumbles over."""
