"""The HTTP side: webhooks in, consent pages back, and the same reads as the command line."""
