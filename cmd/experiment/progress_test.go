package main

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"lethe/experiments"
)

func TestATrainingSaysWhereItStands(t *testing.T) {
	s := experiments.TrainingStatus{Epoch: 1, Epochs: 7, Step: 3, Steps: 10, Loss: 2.5, Accuracy: math.NaN(), Exposure: math.NaN(), Left: 42 * time.Second}
	assert.Equal(t, "epoch 1/7  loss 2.500  42s left", trainingText(s))
	s.Epoch, s.Accuracy, s.Exposure, s.Left = 2, 0.591, 19.34, 187*time.Second
	assert.Equal(t, "epoch 2/7  loss 2.500  acc. 59.1 %  exposure 19.3 bit  3m07s left", trainingText(s))
	s = experiments.TrainingStatus{Epoch: 150, Epochs: 150, Loss: 0.5, Accuracy: 1, Exposure: 100, Left: 99*time.Hour + 59*time.Minute}
	assert.LessOrEqual(t, utf8.RuneCountInString(trainingText(s)), 70+len("150/150")-len("7/7"))
}

// Elsewhere than on a terminal a training of many steps writes few lines: its first step and its
// last.
func TestATrainingWritesFewLines(t *testing.T) {
	var b bytes.Buffer
	l := &lines{w: &b}
	for epoch := 1; epoch <= 3; epoch++ {
		for step := 1; step <= 100; step++ {
			l.Training(experiments.TrainingStatus{Epoch: epoch, Epochs: 3, Step: step, Steps: 100, Accuracy: math.NaN(), Exposure: math.NaN()})
		}
	}
	assert.Equal(t, 2, strings.Count(b.String(), "\n"), b.String())
	assert.Contains(t, b.String(), "epoch 3/3")
}

// On a terminal the training is drawn over one line of at most 79 columns, which is empty at its
// end.
func TestATrainingIsDrawnInOneLine(t *testing.T) {
	var b bytes.Buffer
	bars := &bars{w: &b}
	s := experiments.TrainingStatus{Epoch: 2, Epochs: 3, Step: 50, Steps: 100, Loss: 1.234, Accuracy: 0.5, Exposure: 12, Left: time.Minute}
	bars.Training(s)
	bars.Training(s) // too soon to be drawn again
	s.Epoch, s.Step = 3, 100
	bars.Training(s)
	parts := strings.Split(b.String(), "\r")
	assert.Len(t, parts, 4)
	assert.Equal(t, 79, utf8.RuneCountInString(parts[1]))
	assert.Contains(t, parts[1], "████░░░░ epoch 2/3  loss 1.234  acc. 50.0 %  exposure 12.0 bit  1m00s left")
	assert.Empty(t, strings.TrimSpace(parts[2]))
	assert.NotContains(t, b.String(), "\n")
}
