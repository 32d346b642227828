package project

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"lethe/project/data"
)

// Predicted is a file of answers.
type Predicted struct {
	Out  string `json:"out"`
	Rows int    `json:"rows"`
	// Dropped rows have a category that the training data did not have. The file has no line for
	// them.
	Dropped int `json:"dropped,omitempty"`
}

// Predict asks a model about data and writes its answers as CSV, or TSV by the ending of the file: the id or the number of the row,
// the answer and, of classes, its probability.
func Predict(ctx context.Context, o PredictOptions) (*Predicted, error) {
	switch {
	case o.Model == "":
		return nil, usage("name the model's folder with --model")
	case o.Out == "":
		return nil, usage("name the file of the answers with --out")
	}
	separator, err := separatorOf(o.Out)
	if err != nil {
		return nil, err
	}
	if err := checkTargets([]target{{"--out", o.Out}}, o.Model, o.Data); err != nil {
		return nil, err
	}
	if err := clearPending(o.Out); err != nil {
		return nil, err
	}
	if err := checkFile(o.Out, o.Force); err != nil {
		return nil, err
	}
	m, err := Open(o.Model)
	if err != nil {
		return nil, err
	}
	loaded, err := m.load(ctx, source{path: o.Data, unknown: o.Unknown, unlabelled: true}, heard(o.Progress))
	if err != nil {
		return nil, err
	}
	if loaded.Data, err = m.Changes.unseen(loaded.Data); err != nil {
		return nil, err
	}
	text, err := m.answerText(ctx, loaded, separator)
	if err != nil {
		return nil, err
	}
	f, err := newPending(o.Out, 0o644)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.cleanup() }()
	if _, err := f.Write(text); err != nil {
		return nil, err
	}
	return &Predicted{Out: o.Out, Rows: loaded.Data.Len(), Dropped: len(loaded.Dropped)}, f.commit()
}

// separatorOf is what stands between the cells of a file of answers. A name that promises another
// format is an error.
func separatorOf(out string) (rune, error) {
	format := data.FormatOfName(out)
	switch {
	case strings.EqualFold(filepath.Ext(out), ".gz") || format != "" && format != data.CSV && format != data.TSV && format != data.Text:
		return 0, usage("--out %s: answers are written as csv or tsv: give the file such an ending", out)
	case format == data.TSV:
		return '\t', nil
	}
	return ',', nil
}

// checkFile says whether a file can be written there. It is asked before any work.
func checkFile(path string, force bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		folder, err := os.Stat(filepath.Dir(path))
		if err != nil || !folder.IsDir() {
			return fmt.Errorf("there is no folder %s for %s: make it first", filepath.Dir(path), filepath.Base(path))
		}
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s exists and is not a file", path)
	case !force:
		return &RefusedError{Reason: path + " exists", Next: "name another file, or overwrite it with --force"}
	}
	return nil
}

// answerText is the file of answers.
func (m *Model) answerText(ctx context.Context, l *data.Loaded, separator rune) ([]byte, error) {
	d := l.Data
	width, err := m.Objective.Outputs(d)
	if err != nil {
		return nil, err
	}
	logits := make([]float64, d.Len()*width)
	if err := m.Objective.Predict(ctx, logits, m.Theta, d); err != nil {
		return nil, err
	}
	answers := logits
	if m.classes() > 0 {
		if answers, err = m.Objective.Classes(ctx, m.Theta, d); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = separator
	heading := []string{orElse(m.Description.ID, "row"), orElse(m.Description.Label, "answer")}
	if m.classes() > 0 {
		heading = append(heading, "probability")
	}
	_ = w.Write(heading) // errors are kept for Flush
	for i := range d.Len() {
		_ = w.Write(m.answerLine(l, i, answers, logits[i*width:(i+1)*width]))
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// classes is the number of classes that the model tells apart; 0 = it is a regression.
func (m *Model) classes() int {
	if m.Description.Length > 0 {
		return len([]rune(m.Description.Vocabulary))
	}
	return len(m.Description.Classes)
}

func (m *Model) answerLine(l *data.Loaded, i int, answers, logits []float64) []string {
	name := strconv.Itoa(l.Data.Row(i))
	if l.IDs != nil {
		name = l.IDs[i]
	}
	if m.classes() == 0 {
		return []string{name, number(answers[i])}
	}
	class := int(answers[i])
	return []string{name, m.className(class), strconv.FormatFloat(m.probability(logits, class), 'f', 6, 64)}
}

func (m *Model) className(class int) string {
	if m.Description.Length > 0 {
		return string([]rune(m.Description.Vocabulary)[class])
	}
	return m.Description.Classes[class]
}

// probability of a class by the last nodes of an ONNX file, or else by the logistic function of one
// output or the softmax of several.
func (m *Model) probability(logits []float64, class int) float64 {
	if m.ONNX != nil {
		return m.ONNX.Probabilities(logits)[class]
	}
	if len(logits) == 1 {
		p := 1 / (1 + math.Exp(-logits[0]))
		if class == 0 {
			return 1 - p
		}
		return p
	}
	sum := 0.0
	for _, x := range logits {
		sum += math.Exp(x - logits[class])
	}
	return 1 / sum
}
