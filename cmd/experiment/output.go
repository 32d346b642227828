package main

import (
	"fmt"
	"io"
)

// output remembers the first error of a writer, so that a command whose words went nowhere, as on a
// disk that is full, does not end as if it had been heard.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if o.err == nil && err != nil {
		o.err = fmt.Errorf("the output could not be written: %w", err)
	}
	return n, err
}
