// Package race says whether the race detector is built in. Tests of time ask, because the
// detector makes each access to memory about ten times slower.
package race
