"""The chat's view: what an answer looks like and what a click does. It decides nothing."""

import os

# Nothing is sent anywhere: gradio reads these when it is imported, so they stand before that.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
