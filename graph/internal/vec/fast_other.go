//go:build !amd64

package vec

func supported() bool { return false }

func unaryFast[T Float](op, []T, []T) bool       { return false }
func binaryFast[T Float](op, []T, []T, []T) bool { return false }
func scalarFast[T Float](op, []T, []T, T) bool   { return false }
func outerFast[T Float]([]T, []T, []T) bool      { return false }

func sumFast[T Float](x []T) T    { return sumGeneric(x) }
func dotFast[T Float](x, y []T) T { return dotGeneric(x, y) }
func maxFast[T Float](x []T) T    { return maxGeneric(x) }

func widenFast([]float64, []float32) bool   { return false }
func addWideFast([]float64, []float32) bool { return false }
func narrowFast([]float32, []float64) bool  { return false }
