package graph

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// This file finds names for messages on the stack, once something has gone wrong.

// calledFunction is the name of the exported function of this package that its user called.
func calledFunction() string {
	name := "graph"
	eachFrame(func(f runtime.Frame) bool {
		pkg, fn := splitFunction(f.Function)
		if pkg != "lethe/graph" || strings.HasSuffix(f.File, "_test.go") {
			return false
		}
		if c := fn[0]; c >= 'A' && c <= 'Z' && !strings.Contains(fn, ".") && fn != "Build" {
			name = fn
		}
		return true
	})
	return name
}

// panicked is where the panic that unwinds was raised, the first place outside of Go's runtime and
// of gorgonia, and whether gorgonia raised it.
func panicked() (at string, stock bool) {
	raised := false
	eachFrame(func(f runtime.Frame) bool {
		pkg, _ := splitFunction(f.Function)
		switch {
		case pkg == "runtime":
			raised = true
		case raised && strings.HasPrefix(pkg, "gorgonia.org/"):
			stock = true
		case raised:
			at = fmt.Sprintf(" (%s:%d)", path.Base(f.File), f.Line)
			return false
		}
		return true
	})
	return at, stock
}

// eachFrame calls f for the frames of the stack, innermost first, until it returns false.
func eachFrame(f func(runtime.Frame) bool) {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for {
		frame, more := frames.Next()
		if frame.Function != "" && !f(frame) || !more {
			return
		}
	}
}

// splitFunction splits "path/of/package.Function" behind the package.
func splitFunction(s string) (pkg, fn string) {
	slash := strings.LastIndexByte(s, '/') + 1
	pkg, fn, _ = strings.Cut(s[slash:], ".")
	return s[:slash] + pkg, fn
}
