"""What the window shows, as Qt objects and models without widgets."""
