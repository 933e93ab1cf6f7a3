"""Slack beside the console: alerts and a thread per conversation, in which a linked agent may answer.

Nothing leaves before the privacy officer has recorded Slack as a processor; message texts need a switch of their own. The desk
decides here as in the console: Slack only carries.
"""
