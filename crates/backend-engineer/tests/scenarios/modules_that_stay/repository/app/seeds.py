SEEDS = ["A"]
