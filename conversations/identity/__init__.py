"""Who is speaking, and how sure we are: levels, one-time codes, lock-outs, and links that move a conversation to the web chat.

Must not tell anybody whether a patient exists: every answer is the same whether the details fit a record or not.
"""
