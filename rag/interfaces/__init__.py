"""Faces of the engine: command line, chat, exports. They decide nothing."""
