"""What a person or a program may ask: one function per question, for the command line and the web.

Each answer is a pydantic model, so that `--json` and the HTTP API say the same in the same words.
"""
