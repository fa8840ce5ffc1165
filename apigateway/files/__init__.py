"""The paths that carry bytes, as raw ASGI: tus, multipart, contents (docs/files.md). Never whole in memory."""
