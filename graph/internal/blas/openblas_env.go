//go:build (linux || darwin) && (amd64 || arm64) && !android && !ios

package blas

import (
	"os"
	"runtime"

	"github.com/ebitengine/purego"
	"golang.org/x/sys/cpu"
)

// libraryNames lists what to try, in order; the loader searches its usual folders for names without
// a slash.
func libraryNames() []string {
	if runtime.GOOS == "darwin" {
		return []string{
			"libopenblas.dylib", "libopenblas.0.dylib",
			"/opt/homebrew/opt/openblas/lib/libopenblas.dylib", "/usr/local/opt/openblas/lib/libopenblas.dylib",
		}
	}
	return []string{"libopenblas.so.0", "libopenblas.so"}
}

// prepareEnvironment sets what OpenBLAS reads while it is being loaded. It uses the C library's own
// setenv, because os.Setenv does not reach C in a program built without cgo. Programs started later
// by this one do not inherit the settings.
//
//   - One thread: otherwise OpenBLAS starts a thread for each core at once, and builds with OpenMP
//     do so for every caller.
//   - Kernels for AVX-512: releases take processors younger than themselves for an older type
//     without it (0.3.21 takes a Zen 5 for a Haswell, and is half as fast). What the user has set
//     stays.
func prepareEnvironment() {
	address, err := purego.Dlsym(purego.RTLD_DEFAULT, "setenv")
	if err != nil {
		return // only speed is lost: the number of threads is set once more after loading
	}
	var setenv func(name, value string, overwrite int32) int32
	purego.RegisterFunc(&setenv, address)
	setenv("OPENBLAS_NUM_THREADS", "1", 1)
	setenv("OMP_NUM_THREADS", "1", 1)
	if _, set := os.LookupEnv("OPENBLAS_CORETYPE"); !set && avx512() {
		setenv("OPENBLAS_CORETYPE", "SkylakeX", 1)
	}
}

// avx512 reports whether the processor has all the extensions of OpenBLAS's SkylakeX kernels.
func avx512() bool {
	x := cpu.X86
	return x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512CD
}
