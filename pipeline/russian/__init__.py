"""The insides of translate.py and memory.py: engines, whole sentences, sentences that are alike."""
