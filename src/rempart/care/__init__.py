"""Who treats whom, when: links from care resources, and how far they explain an access. Pure."""
