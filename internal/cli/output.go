package cli

import (
	"fmt"
	"io"
)

// Output remembers the first error of a writer, so that a command whose words went nowhere, as on a
// disk that is full, does not end as if it had been heard.
type Output struct {
	W   io.Writer
	Err error // the first
}

func (o *Output) Write(p []byte) (int, error) {
	n, err := o.W.Write(p)
	if o.Err == nil && err != nil {
		o.Err = fmt.Errorf("the output could not be written: %w", err)
	}
	return n, err
}
