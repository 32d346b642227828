package experiments

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// trainingClock adds up the seconds of a training over its interruptions, in a file beside the checkpoint.
type trainingClock struct {
	path   string
	before float64
	began  time.Time
}

func secondsPath(checkpoint string) string {
	return strings.TrimSuffix(checkpoint, filepath.Ext(checkpoint)) + ".seconds"
}

// readSeconds returns what a training has taken so far.
func readSeconds(checkpoint string) (float64, error) {
	data, err := os.ReadFile(secondsPath(checkpoint))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("experiments: %w", err)
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(string(data)), 64)
	if err != nil {
		return 0, fmt.Errorf("experiments: %s does not hold a number of seconds: remove it, which only loses the time", secondsPath(checkpoint))
	}
	return seconds, nil
}

func startClock(checkpoint string) (*trainingClock, error) {
	before, err := readSeconds(checkpoint)
	return &trainingClock{path: secondsPath(checkpoint), before: before, began: time.Now()}, err
}

// pause leaves the seconds of f out.
func (c *trainingClock) pause(f func() error) error {
	at := time.Now()
	err := f()
	c.began = c.began.Add(time.Since(at))
	return err
}

// keep writes the sum so far.
func (c *trainingClock) keep() error {
	return writeFile(c.path, []byte(strconv.FormatFloat(c.before+time.Since(c.began).Seconds(), 'f', 3, 64)+"\n"))
}

// trainingEffort is what a training of so many passes over n samples took; of one that left no file nothing is known.
func trainingEffort(checkpoint string, epochs, n int) ([]finding, error) {
	info, err := os.Stat(checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	seconds, err := readSeconds(checkpoint)
	if err != nil {
		return nil, err
	}
	return []finding{
		{metric{"seconds", "s", seconds}, nil}, {metric{"epochs", "1", float64(epochs)}, nil},
		{metric{"file-size", "byte", float64(info.Size())}, nil}, {metric{"gradients", "sample gradients", float64(epochs * n)}, nil},
		{metric{"hvps", "sample products", 0}, nil},
	}, nil
}
