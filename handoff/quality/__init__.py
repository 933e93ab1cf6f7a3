"""Quality evaluation: closed conversations are sampled by rule, a supervisor evaluates them with a form, the agent answers once.

The sample can be drawn again from its kept seed. Nobody evaluates their own work, and few evaluations are never made a figure.
Must not: rank people, evaluate by a model, or keep anything of a conversation longer than the conversation.
"""
