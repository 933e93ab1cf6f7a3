"""Of speech on this machine."""
