"""The web side: what proxies, providers and people ask over HTTP, and the pages they see."""
