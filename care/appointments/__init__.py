"""Who sees whom, where and when: the clinic's sites, people, services and prices, its schedules, and the visits booked.

One service for the bot, the console and the API. Sends nothing; knows no channel but by name.
"""
