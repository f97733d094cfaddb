"""What a campaign files its articles under."""
