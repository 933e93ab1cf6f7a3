"""Moving in: patients and schedules come from another system's CSV files. Reads, checks, writes in whole batches and reports;
merges nobody, drops no visit, and says no value of a record anywhere but in the database.
"""
