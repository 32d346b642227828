package tiles

import "golang.org/x/sys/cpu"

var available = cpu.X86.HasAVX512F

//go:noescape
func addFast(c *float32, ld int, a *float32, starts *int, count, n int, b *float32, row, step, panel int, add bool)
