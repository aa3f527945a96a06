"""PEG's words: values that refuse nonsense. No I/O, no clock, no chance."""
