"""The rights of people over their data, and the register they rest on."""
