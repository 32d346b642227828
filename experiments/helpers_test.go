package experiments

import "encoding/json"

func encodeFloats(v []float64) ([]byte, error) { return json.Marshal(v) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// typed gives settings the type of their experiment.
func typed[S any](s Settings, err error) (*S, error) {
	p, _ := any(s).(*S)
	return p, err
}
