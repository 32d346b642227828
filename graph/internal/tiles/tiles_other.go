//go:build !amd64

package tiles

const available = false

func addFast(*float32, int, *float32, *int, int, int, *float32, int, int, int, bool) {}
