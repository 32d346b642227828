package network

import (
	"bytes"
	"testing"
)

// Whatever a file holds, reading it ends with an error or with a network, whose own file is read as
// the same network.
func FuzzNetwork(f *testing.F) {
	for _, c := range networks {
		f.Add([]byte(c.want))
		f.Add([]byte(c.text))
	}
	f.Add([]byte("a: &x [dense]\nlayers: *x\n"))
	f.Add([]byte("layers: [{reshape: [-1, 0]}, {residual: [residual: [relu]]}, {vgg: []}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		net, err := decode(text, Shape{Sample: []int{6, 4, 2}}, 3)
		if err != nil {
			return
		}
		first, err := net.text()
		if err != nil {
			t.Fatal(err)
		}
		again, err := decode(first, Shape{}, 0)
		if err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		second, err := again.text()
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%v\n%s\n%s", err, first, second)
		}
		if _, _, err := again.Build(); err != nil {
			t.Fatal(err)
		}
	})
}
