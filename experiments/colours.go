package experiments

// colours gives each method the same colour in every figure.
var colours = map[string]int{
	"none": 7, "none (before)": 7, "before": 7, "occlusion": 6, "fine-tune": 4, "fine-tune-adam": 8, "fine-tune-exposure": 9, paperFine: 9, "first-order": 0, paperFirst: 8, "first-order-iterative": 3, "first-order-matched": 3,
	"second-order": 1, "second-order, factor stored": 6, "second-order-repeated": 5, "second-order-exposure": 6, "second-order-iterative": 5,
	"retrain": 2, warmNewton: 6, "retrain, warm": 2, "retrain, cold": 6, "retrain, cold, other starts": 3, "sisa": 9, "dp": 8, "allowed": 2,
	"none, ledger": 7, "first-order, ledger": 0, "second-order, ledger": 1, "second-order, exact": 5, "second-order, bounds": 3, "budget": 2, majorityClass: 7,
}
