package experiments

// imageRows are the rows of tables and the lines of figures, in their order.
var imageRows = []Row{
	{"none (before)", 7}, {"none", 7}, {"before", 7}, {"first-order", 0}, {"first-order-iterative", 3}, {"second-order", 1}, {"second-order-iterative", 5},
	{"fine-tune", 4}, {"fine-tune-adam", 8}, {"sisa", 9}, {"retrain", 2}, {"allowed", 2},
}
