TOKEN = "ghp_a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
