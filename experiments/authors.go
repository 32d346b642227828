package experiments

// authors holds the mean residuals of the authors' released notebook (PAPER.md section 2: Drebin, lambda 1, 40 draws from the pool of
// 197 features) with the spread over draws: by number of features and method.
var authors = map[float64]map[string]spread{
	10: {"none": {40, 7.60, 5.5}, "fine-tune": {40, 10.20, 6.1}, "first-order": {40, 6.01, 3.9}, "second-order": {40, 0.232, 0.29}},
	50: {"none": {40, 28.31, 14.7}, "fine-tune": {40, 31.79, 15.3}, "first-order": {40, 21.40, 9.6}, "second-order": {40, 2.24, 1.5}},
}
