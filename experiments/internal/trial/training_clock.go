package trial

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
)

// TrainingClock adds up the seconds of a training over its interruptions, in a file beside the
// checkpoint.
type TrainingClock struct {
	Path   string
	Before float64
	Began  time.Time
}

// SecondsPath returns the file of a checkpoint's seconds.
func SecondsPath(checkpoint string) string {
	return strings.TrimSuffix(checkpoint, filepath.Ext(checkpoint)) + ".seconds"
}

// ReadSeconds returns what a training has taken so far.
func ReadSeconds(checkpoint string) (float64, error) {
	data, err := os.ReadFile(SecondsPath(checkpoint))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("experiments: %w", err)
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(string(data)), 64)
	if err != nil {
		return 0, fmt.Errorf("experiments: %s does not hold a number of seconds: remove it, which only loses the time", SecondsPath(checkpoint))
	}
	return seconds, nil
}

func startClock(checkpoint string) (*TrainingClock, error) {
	before, err := ReadSeconds(checkpoint)
	return &TrainingClock{Path: SecondsPath(checkpoint), Before: before, Began: time.Now()}, err
}

// pause leaves the seconds of f out.
func (c *TrainingClock) pause(f func() error) error {
	at := time.Now()
	err := f()
	c.Began = c.Began.Add(time.Since(at))
	return err
}

// Keep writes the sum so far.
func (c *TrainingClock) Keep() error {
	return records.WriteFile(c.Path, []byte(strconv.FormatFloat(c.Before+time.Since(c.Began).Seconds(), 'f', 3, 64)+"\n"))
}

// TrainingEffort is what a training of so many passes over n samples took; of one that left no file
// nothing is known.
func TrainingEffort(checkpoint string, epochs, n int) ([]engine.Finding, error) {
	info, err := os.Stat(checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	seconds, err := ReadSeconds(checkpoint)
	if err != nil {
		return nil, err
	}
	return []engine.Finding{
		{Metric: engine.Metric{Name: "seconds", Unit: "s", Value: seconds}, Tags: nil}, {Metric: engine.Metric{Name: "epochs", Unit: "1", Value: float64(epochs)}, Tags: nil},
		{Metric: engine.Metric{Name: "file-size", Unit: "byte", Value: float64(info.Size())}, Tags: nil}, {Metric: engine.Metric{Name: "gradients", Unit: "sample gradients", Value: float64(epochs * n)}, Tags: nil},
		{Metric: engine.Metric{Name: "hvps", Unit: "sample products", Value: 0}, Tags: nil},
	}, nil
}
