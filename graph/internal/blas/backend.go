package blas

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// Variable is the environment variable that forces a backend.
const Variable = "LETHE_BLAS"

// Backend describes the library in use.
type Backend struct {
	Name    string // "openblas" or "gonum"
	Core    string // the processor type whose kernels OpenBLAS chose, for example "SkylakeX"; empty for gonum
	Threads int    // threads that one product uses
	Library string // the file that was loaded, with its version; gonum's import path for gonum
}

// backend multiplies; all its methods may be called concurrently.
type backend interface {
	info() Backend
	gemm32(p product, alpha float32, a, b []float32, beta float32, c []float32)
	gemm64(p product, alpha float64, a, b []float64, beta float64, c []float64)
}

// holder lets an interface value be swapped atomically.
type holder struct{ backend }

var (
	current   atomic.Pointer[holder]
	choosing  sync.Once
	chooseErr error
	openOnce  = sync.OnceValues(openOpenBLAS)
)

// active returns the backend in use, choosing it at the first call.
func active() backend {
	if h := current.Load(); h != nil {
		return h.backend
	}
	choosing.Do(choose)
	return current.Load().backend
}

// choose follows LETHE_BLAS. A choice that cannot be had leaves an error for Err, and gonum.
func choose() {
	b, err := find(os.Getenv(Variable))
	if err != nil {
		chooseErr = fmt.Errorf("environment variable %s: %w", Variable, err)
		b = gonumBackend{}
	}
	current.CompareAndSwap(nil, &holder{b})
}

// find returns the named backend; the empty name stands for the fastest one there is.
func find(name string) (backend, error) {
	switch name {
	case "gonum":
		return gonumBackend{}, nil
	case "openblas":
		b, err := openOnce()
		if err != nil {
			return nil, fmt.Errorf("OpenBLAS cannot be loaded: %w; install it (Debian and Ubuntu: apt install libopenblas0; "+
				"macOS: brew install openblas) or use gonum", err)
		}
		return b, nil
	case "":
		if b, err := openOnce(); err == nil {
			return b, nil
		}
		return gonumBackend{}, nil
	}
	return nil, fmt.Errorf("unknown BLAS %q; known are gonum and openblas", name)
}

// Info describes the backend in use, choosing it if no product has done so yet.
func Info() Backend { return active().info() }

// Err returns why the backend that LETHE_BLAS names is not in use, or nil. Computations then run on
// gonum.
func Err() error {
	active()
	return chooseErr
}

// Use switches the backend to "gonum" or "openblas", or with "" to the fastest there is. On an
// error nothing changes. Products that are running finish where they started.
func Use(name string) error {
	b, err := find(name)
	if err != nil {
		return fmt.Errorf("blas: %w", err)
	}
	active() // LETHE_BLAS is judged first, so that a later choice does not undo this one
	current.Store(&holder{b})
	return nil
}
