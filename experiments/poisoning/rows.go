package poisoning

import (
	"lethe/experiments/internal/engine"
)

// imageRows are the rows of tables and the lines of figures, in their order.
var imageRows = []engine.Row{
	{Label: "none (before)", Color: 7}, {Label: "none", Color: 7}, {Label: "before", Color: 7}, {Label: "first-order", Color: 0}, {Label: "first-order-iterative", Color: 3}, {Label: "second-order", Color: 1}, {Label: "second-order-iterative", Color: 5},
	{Label: "fine-tune", Color: 4}, {Label: "fine-tune-adam", Color: 8}, {Label: "sisa", Color: 9}, {Label: "retrain", Color: 2}, {Label: "allowed", Color: 2},
}
