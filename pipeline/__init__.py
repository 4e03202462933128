"""What happens to an appeal, step by step:

received    prepare     probe it, refuse or accept; make the clean proxy, its sound, waveform peaks and a poster
prepared    transcribe  find speech, ask Whisper, mark what cannot be trusted
transcribed translate   draft the Russian track, laid out for the frame
drafted                 a translator corrects the draft and submits it
submitted   render      draw the captions into the picture
in_review               a reviewer approves the finished clip, or returns it
approved    deliver     make the subtitle files and the clip with a text stream
"""
