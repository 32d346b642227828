//go:build !((linux || darwin) && (amd64 || arm64) && !android && !ios)

package blas

import (
	"fmt"
	"runtime"
)

func openOpenBLAS() (backend, error) {
	return nil, fmt.Errorf("loading it is not supported on %s/%s", runtime.GOOS, runtime.GOARCH)
}
