"""The chat's view: what an answer looks like and what a click does. It decides nothing."""

import os

from rag.writing.dialects import broken_proxies

# Nothing is sent anywhere: gradio reads these when it is imported, so they stand before that.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

# A proxy that no client can use keeps gradio from being imported, though the chat needs none.
_BROKEN = {name: os.environ.pop(name) for name in list(broken_proxies())}
import gradio  # noqa: E402, F401

os.environ.update(_BROKEN)
