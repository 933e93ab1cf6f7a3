"""The rights of the people who write to the clinic: seeing, correcting, restricting and erasing what is kept of them,
and letting go of it when its time is over. Knows cases, visits and records; the layers above add their own copies through
the Protocol `Copies`. It must not decide what a lawyer decides: what cannot be told by a rule is shown to the officer.
"""
