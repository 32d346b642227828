package datasets

import "fmt"

// Windows returns the next-character task on a text of token ids: sample i is the tokens i ...
// i+length-1 and its label the token i+length, for every i that has one. Classes is the size of the
// vocabulary. The text is shared, not copied, and no token becomes a one-hot row. A text of at most
// length tokens or with an id outside the vocabulary is an error.
func Windows(name string, text []int32, length, vocabulary int) (*Dataset, error) {
	if length < 1 {
		return nil, fmt.Errorf("datasets: %s: windows of %d tokens; give a length of at least 1", name, length)
	}
	n := len(text) - length
	if n < 1 {
		return nil, fmt.Errorf("datasets: %s: a text of %d tokens has no window of %d with a token after it; give a longer text",
			name, len(text), length)
	}
	if i := outside(text, vocabulary); i >= 0 {
		return nil, fmt.Errorf("datasets: %s: token %d at position %d is not in a vocabulary of %d", name, text[i], i, vocabulary)
	}
	x := &Tokens{Length: length, Vocabulary: vocabulary, Text: text, Starts: make([]int, n)}
	y := make([]float64, n)
	for i := range n {
		x.Starts[i], y[i] = i, float64(text[i+length])
	}
	return &Dataset{Name: name, X: x, Y: y, Classes: vocabulary}, nil
}

// outside returns the position of the first id that is not in a vocabulary, or -1.
func outside(text []int32, vocabulary int) int {
	for i, id := range text {
		if id < 0 || int(id) >= vocabulary {
			return i
		}
	}
	return -1
}

// windowsOf returns the samples of d if they are what [Windows] makes of a text.
func windowsOf(d *Dataset) (*Tokens, error) {
	if err := d.usable(); err != nil {
		return nil, err
	}
	x, ok := d.X.(*Tokens)
	if !ok {
		return nil, fmt.Errorf("datasets: %s: samples of type %T are no windows of a text", d.title(), d.X)
	}
	if n := len(x.Text) - x.Length; x.Len() != n || d.Len() != n {
		return nil, fmt.Errorf("datasets: %s: %d samples, but its text has %d windows: change the spans of a whole text, then take a part",
			d.title(), d.Len(), n)
	}
	for i, start := range x.Starts {
		if start != i || d.Y[i] != float64(x.Text[i+x.Length]) {
			return nil, fmt.Errorf("datasets: %s: row %d is not window %d of the text with the next token as its label", d.title(), i, i)
		}
	}
	return x, nil
}
