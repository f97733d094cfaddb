"""The commands, and the worker: what the command line puts together."""
