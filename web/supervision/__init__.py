"""Pages of those who steer: the live board, and the routing table with its versions and what-if. Acts are `handoff`'s."""
