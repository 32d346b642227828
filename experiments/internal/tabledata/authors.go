package tabledata

import (
	"lethe/experiments/internal/records"
)

// Authors holds the mean residuals of the authors' released notebook
// (docs/paper.md#authors-notebook-drebin: Drebin, lambda 1, 40 draws from the pool of 197 features)
// with the spread over draws: by number of features and method.
var Authors = map[float64]map[string]records.Spread{
	10: {"none": {N: 40, Mean: 7.60, SD: 5.5}, "fine-tune": {N: 40, Mean: 10.20, SD: 6.1}, "first-order": {N: 40, Mean: 6.01, SD: 3.9}, "second-order": {N: 40, Mean: 0.232, SD: 0.29}},
	50: {"none": {N: 40, Mean: 28.31, SD: 14.7}, "fine-tune": {N: 40, Mean: 31.79, SD: 15.3}, "first-order": {N: 40, Mean: 21.40, SD: 9.6}, "second-order": {N: 40, Mean: 2.24, SD: 1.5}},
}
