"""The console of the people who answer: queue, thread, patient beside it. It shows and forwards; `handoff.desk` decides."""
