"""The insides of transcribe.py: the engines that hear, and why a cue needs a look."""
