package memorization

import (
	"lethe/experiments/internal/engine"
)

// textRows are the rows of tables and the lines of figures, in their order.
var textRows = []engine.Row{
	{Label: "none (before)", Color: 7}, {Label: "none", Color: 7}, {Label: "before", Color: 7}, {Label: "fine-tune", Color: 4}, {Label: "fine-tune-adam", Color: 8}, {Label: "fine-tune-exposure", Color: 9}, {Label: "first-order", Color: 0}, {Label: "first-order-matched", Color: 3},
	{Label: "second-order", Color: 1}, {Label: "second-order-repeated", Color: 5}, {Label: "second-order-exposure", Color: 6}, {Label: "retrain", Color: 2}, {Label: "allowed", Color: 2},
}
