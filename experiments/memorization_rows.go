package experiments

// textRows are the rows of tables and the lines of figures, in their order.
var textRows = []Row{
	{"none (before)", 7}, {"none", 7}, {"before", 7}, {"fine-tune", 4}, {"fine-tune-adam", 8}, {"fine-tune-exposure", 9}, {"first-order", 0}, {"first-order-matched", 3},
	{"second-order", 1}, {"second-order-repeated", 5}, {"second-order-exposure", 6}, {"retrain", 2}, {"allowed", 2},
}
