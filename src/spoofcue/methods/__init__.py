"""What each method is: its network or features, losses, score and settings; nothing trains here."""
