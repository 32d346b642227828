package experiments

func memorizationFigures(r *Results) []Figure { return nil }
