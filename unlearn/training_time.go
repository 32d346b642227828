package unlearn

import (
	"fmt"
	"math"
	"strconv"
)

// TrainingTime returns the sum of the learning rates of all steps that a training by [SGD] or
// [Adam] had made when it wrote the checkpoint, over 1 - momentum: the Time of [UnrolledResponse].
// The means of Adam's gradients are means, so that its Beta1 does not count.
func TrainingTime(s *Snapshot) (float64, error) {
	read := func(key string) (float64, error) {
		v, err := strconv.ParseFloat(s.Settings[key], 64)
		if err != nil {
			return 0, fmt.Errorf("unlearn: TrainingTime: the checkpoint's %s is %q, no number", key, s.Settings[key])
		}
		return v, nil
	}
	rate, err := read("rate")
	if err != nil {
		return 0, err
	}
	samples, err := read("samples")
	if err != nil {
		return 0, err
	}
	batch, err := read("batch")
	if err != nil {
		return 0, err
	}
	momentum := 0.0
	if _, has := s.Settings["momentum"]; has {
		if momentum, err = read("momentum"); err != nil {
			return 0, err
		}
	}
	done := s.Epoch*int((samples-1)/batch+1) + s.Step
	schedule, steps := Constant, done
	if text := s.Settings["schedule"]; text != "" {
		if _, err := fmt.Sscanf(text, OneCycle.String()+" over %d steps", &steps); err != nil {
			return 0, fmt.Errorf("unlearn: TrainingTime: the checkpoint has an unknown schedule %q", text)
		}
		schedule = OneCycle
	}
	sum := 0.0
	for step := range done {
		sum += rate * schedule.Factor(step+1, steps)
	}
	if sum /= 1 - momentum; math.IsNaN(sum) || math.IsInf(sum, 0) {
		return 0, fmt.Errorf("unlearn: TrainingTime: the rates of %d steps at %v with momentum %v add up to %v", done, rate, momentum, sum)
	}
	return sum, nil
}

// AdamSquares returns the means of squared gradients of a training by [Adam], corrected for their
// start, vhat: the Squares of [UnrolledResponse].
func AdamSquares(s *Snapshot) ([]float64, error) {
	trainer := s.Settings["trainer"]
	if s.ParametersOnly || (trainer != "adam" && trainer != "amsgrad") || len(s.Vectors) < 2 {
		return nil, fmt.Errorf("unlearn: AdamSquares: the checkpoint of the trainer %q holds no means of squared gradients: take one that Adam wrote itself", trainer)
	}
	beta2, err := strconv.ParseFloat(s.Settings["beta2"], 64)
	samples, err2 := strconv.Atoi(s.Settings["samples"])
	batch, err3 := strconv.Atoi(s.Settings["batch"])
	if err != nil || err2 != nil || err3 != nil || batch < 1 {
		return nil, fmt.Errorf("unlearn: AdamSquares: the checkpoint says beta2 %q, samples %q, batch %q: want numbers", s.Settings["beta2"], s.Settings["samples"], s.Settings["batch"])
	}
	v := s.Vectors[len(s.Vectors)-1] // of AMSGrad the largest
	steps := s.Epoch*((samples-1)/batch+1) + s.Step
	if steps < 1 {
		return nil, fmt.Errorf("unlearn: AdamSquares: the training has made no step")
	}
	out := make([]float64, len(v))
	for j := range v {
		out[j] = v[j] / (1 - math.Pow(beta2, float64(steps)))
	}
	return out, nil
}
