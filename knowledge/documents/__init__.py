"""Documents into drafts: what a file is, its words, its sections.

It must never publish, keep a file, or read one in a process that answers.
"""
