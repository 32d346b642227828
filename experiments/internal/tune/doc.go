// Package tune has the grids of settings that are tried: the values that are tried first, and finer ones around the best.
package tune
