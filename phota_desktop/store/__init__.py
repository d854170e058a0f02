"""What survives the program: folders, settings, keyring, journal and vault."""
