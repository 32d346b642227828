// Package tune searches grids of settings: [Decades] tries the values of a grid and further decades
// where the best is an end of it, [Finer] and [Beside] have values around the best, [Grid] those
// that are tried where none is set. What was tried its callers record.
package tune
