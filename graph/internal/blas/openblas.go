//go:build (linux || darwin) && (amd64 || arm64) && !android && !ios

package blas

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// openBLAS multiplies by the Fortran routines of an OpenBLAS library. They take every argument by
// address and store by columns; a matrix stored by rows is the transpose of one stored by columns,
// so C' = op(B)'op(A)' is what is asked for.
type openBLAS struct {
	about        Backend
	sgemm, dgemm uintptr
	sgemv, dgemv uintptr
	calls        chan *call
}

// call holds the arguments of one foreign call at a fixed address: calls are made once, live on the
// heap, which does not move, and are reused. Integers are 64 bits wide: a library built for 32-bit
// integers reads the lower half, which comes first on the processors that this file is built for.
type call struct {
	transA, transB byte
	m, n, k        int64
	lda, ldb, ldc  int64
	alpha32        float32
	beta32         float32
	alpha64        float64
	beta64         float64
	a, b, c        unsafe.Pointer // keeps the matrices alive during the call, and makes their owners put them on the heap
	args           [13]uintptr
}

// maxCalls bounds the calls that are inside the library at once; it has a work buffer for 64 and
// ends the process beyond.
const maxCalls = 48

func openOpenBLAS() (backend, error) {
	prepareEnvironment()
	var failures []string
	for _, name := range libraryNames() {
		b, err := load(name)
		if err == nil {
			return b, nil
		}
		failures = append(failures, err.Error())
	}
	return nil, errors.New(strings.Join(failures, "; "))
}

func load(name string) (*openBLAS, error) {
	lib, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	b := &openBLAS{calls: make(chan *call, maxCalls)}
	var setThreads uintptr
	for symbol, to := range map[string]*uintptr{
		"sgemm_": &b.sgemm, "dgemm_": &b.dgemm, "sgemv_": &b.sgemv, "dgemv_": &b.dgemv, "openblas_set_num_threads": &setThreads,
	} {
		if *to, err = purego.Dlsym(lib, symbol); err != nil {
			return nil, fmt.Errorf("%s is not a usable OpenBLAS: %w", name, err)
		}
	}
	purego.SyscallN(setThreads, 1)
	for range maxCalls {
		b.calls <- new(call)
	}
	b.about = Backend{Name: "openblas", Threads: 1, Core: text(lib, "openblas_get_corename"), Library: name}
	if config := text(lib, "openblas_get_config"); config != "" {
		b.about.Library += " (" + config + ")"
	}
	return b, nil
}

// text calls a function of the library that returns a C string; it returns "" when there is none.
func text(lib uintptr, symbol string) string {
	address, err := purego.Dlsym(lib, symbol)
	if err != nil {
		return ""
	}
	var get func() string
	purego.RegisterFunc(&get, address)
	return get()
}

func (o *openBLAS) info() Backend { return o.about }

func (o *openBLAS) gemm32(p product, alpha float32, a, b []float32, beta float32, c []float32) {
	q := <-o.calls
	q.alpha32, q.beta32 = alpha, beta
	q.c = unsafe.Pointer(&c[0])
	if v, ok := p.asVector(); ok {
		scaleVector(p, beta, c)
		q.beta32 = 1
		matrix, x := operands(v, a, b)
		q.a, q.b = unsafe.Pointer(&matrix[0]), unsafe.Pointer(&x[0])
		q.gemv(o.sgemv, v, unsafe.Pointer(&q.alpha32), unsafe.Pointer(&q.beta32))
	} else {
		q.a, q.b = unsafe.Pointer(&a[0]), unsafe.Pointer(&b[0])
		q.gemm(o.sgemm, p, unsafe.Pointer(&q.alpha32), unsafe.Pointer(&q.beta32))
	}
	o.release(q)
}

func (o *openBLAS) gemm64(p product, alpha float64, a, b []float64, beta float64, c []float64) {
	q := <-o.calls
	q.alpha64, q.beta64 = alpha, beta
	q.c = unsafe.Pointer(&c[0])
	if v, ok := p.asVector(); ok {
		scaleVector(p, beta, c)
		q.beta64 = 1
		matrix, x := operands(v, a, b)
		q.a, q.b = unsafe.Pointer(&matrix[0]), unsafe.Pointer(&x[0])
		q.gemv(o.dgemv, v, unsafe.Pointer(&q.alpha64), unsafe.Pointer(&q.beta64))
	} else {
		q.a, q.b = unsafe.Pointer(&a[0]), unsafe.Pointer(&b[0])
		q.gemm(o.dgemm, p, unsafe.Pointer(&q.alpha64), unsafe.Pointer(&q.beta64))
	}
	o.release(q)
}

// release hands q back without holding on to the matrices.
func (o *openBLAS) release(q *call) {
	q.a, q.b, q.c = nil, nil, nil
	o.calls <- q
}

// scaleVector prepares y for y += alpha*M*x: some releases of OpenBLAS read y even when beta is 0.
func scaleVector[T Float](p product, beta T, c []T) { scale(p.m, p.n, beta, c, p.ldc) }

// gemm calls the routine for C' = op(B)'op(A)'.
func (q *call) gemm(routine uintptr, p product, alpha, beta unsafe.Pointer) {
	q.transA, q.transB = letter(p.transA), letter(p.transB)
	q.m, q.n, q.k = int64(p.m), int64(p.n), int64(p.k)
	q.lda, q.ldb, q.ldc = int64(p.lda), int64(p.ldb), int64(p.ldc)
	q.args = [13]uintptr{
		address(&q.transB), address(&q.transA), address(&q.n), address(&q.m), address(&q.k), uintptr(alpha),
		uintptr(q.b), address(&q.ldb), uintptr(q.a), address(&q.lda), uintptr(beta), uintptr(q.c), address(&q.ldc),
	}
	purego.SyscallN(routine, q.args[:]...)
	runtime.KeepAlive(q)
}

// gemv calls the routine for y = op(M)x + y: a matrix stored by rows is, by columns, its transpose.
func (q *call) gemv(routine uintptr, v vector, alpha, beta unsafe.Pointer) {
	q.transA = letter(!v.trans)
	q.m, q.n = int64(v.cols), int64(v.rows)
	q.lda, q.ldb, q.ldc = int64(v.ld), int64(v.incX), int64(v.incY)
	q.args = [13]uintptr{
		address(&q.transA), address(&q.m), address(&q.n), uintptr(alpha), uintptr(q.a), address(&q.lda),
		uintptr(q.b), address(&q.ldb), uintptr(beta), uintptr(q.c), address(&q.ldc),
	}
	purego.SyscallN(routine, q.args[:11]...)
	runtime.KeepAlive(q)
}

// address is a field's address as the foreign call takes it.
func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

func letter(trans bool) byte {
	if trans {
		return 'T'
	}
	return 'N'
}
