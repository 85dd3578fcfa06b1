"""What the shop decides."""
