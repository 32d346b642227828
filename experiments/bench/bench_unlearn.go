package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"lethe/datasets"
	"lethe/project/data"
)

// unlearnWork times what the command lethe does, beside what it cannot do without: a whole `lethe
// unlearn` of ten rows of Adult with a linear model, from the start of the process to the written
// folder, against reading the CSV file; and the gradient of the reference CNN, read from its ONNX
// file, against the same network made of layers of package nets.
func unlearnWork() Work {
	const name = "unlearn"
	return Work{name, func(ctx context.Context, data string, emit func(Timing) error) error {
		var left LeftOut
		for _, part := range []struct {
			what string
			run  func() error
		}{
			{"lethe unlearn of 10 rows of adult", func() error { return wholeUnlearn(ctx, name, data, emit) }},
			{"gradient of an ONNX file", func() error { return onnxGradients(ctx, name, emit) }},
		} {
			err := part.run()
			if err != nil && Absent(err) == "" {
				return err
			}
			if err != nil {
				left.What = strings.TrimPrefix(left.What+" and "+part.what, " and ")
				left.Err = errors.Join(left.Err, err)
			}
		}
		if left.Err != nil {
			return &left
		}
		return nil
	}}
}

// Reading takes this factor and so many seconds more at the most in a whole unlearn, and never more
// than mostUnlearn.
const (
	readingFactor = 1.3
	besideReading = 0.3
	mostUnlearn   = 1.5
)

func wholeUnlearn(ctx context.Context, work, folder string, emit func(Timing) error) error {
	adult, err := datasets.Load(ctx, "adult", folder)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "lethe-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(adultCSV(filepath.Join(adult.Source, "adult.data"), in("adult.csv")), tenRows(in("request.yaml"))); err != nil {
		return err
	}
	lethe, err := program(ctx, dir)
	if err != nil {
		return err
	}
	if err := called(ctx, lethe, "train", "--data", in("adult.csv"), "--label", "income", "--id", "id", "--out", in("model"), "--quiet"); err != nil {
		return err
	}
	like, err := data.Read(filepath.Join(in("model"), "data.yaml"))
	if err != nil {
		return err
	}
	unlearn := func() error {
		return called(ctx, lethe, "unlearn", "--model", in("model"), "--data", in("adult.csv"), "--request", in("request.yaml"), "--out", in("next"), "--force", "--quiet")
	}
	t, err := alternately(ctx, 15, unlearn, func() error {
		_, err := data.Load(ctx, in("adult.csv"), data.Options{Like: like})
		return err
	})
	if err != nil {
		return err
	}
	t = t.as(work, adult.Train.Len(), "10 rows, whole process", "reading")
	return emit(t.wanting(min(readingFactor*t.BoundSeconds+besideReading, mostUnlearn)))
}

// adultCSV writes the original file as a CSV file with a header and a column of ids.
func adultCSV(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("id,age,workclass,fnlwgt,education,education-num,marital-status,occupation,relationship,race,sex,capital-gain,capital-loss,hours-per-week,native-country,income\n")
	row := 0
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" {
			fmt.Fprintf(&b, "u-%d,%s\n", row, strings.ReplaceAll(line, ", ", ","))
			row++
		}
	}
	return os.WriteFile(to, b.Bytes(), 0o600)
}

// tenRows writes the request.
func tenRows(path string) error {
	return os.WriteFile(path, []byte("remove:\n  - ids: [u-3, u-77, u-381, u-500, u-1000, u-2000, u-3000, u-4000, u-5000, u-6000]\n"), 0o600)
}

// program returns the program lethe: that beside this one, or one that the go command builds from
// the repository in which this is run, or the one on the path.
func program(ctx context.Context, dir string) (string, error) {
	name := "lethe"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if own, err := os.Executable(); err == nil {
		if beside := filepath.Join(filepath.Dir(own), name); isFile(beside) {
			return beside, nil
		}
	}
	built := filepath.Join(dir, name)
	text, err := exec.CommandContext(ctx, "go", "build", "-o", built, "lethe/cmd/lethe").CombinedOutput()
	if err == nil {
		return built, nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if found, err := exec.LookPath(name); err == nil {
		return found, nil
	}
	return "", &missing{"the program lethe", "build it beside this one (go build ./cmd/lethe), or run this in the repository", fmt.Errorf("%w: %s", err, bytes.TrimSpace(text))}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// called runs the program and returns what it says when it fails.
func called(ctx context.Context, name string, args ...string) error {
	text, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("lethe %s: %w: %s", args[0], err, bytes.TrimSpace(text))
	}
	return nil
}
