"""A process that decodes files nobody vouches for: no network, no key, no files, bounded memory."""
