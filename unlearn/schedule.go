package unlearn

import (
	"fmt"
	"math"
)

// Schedule says how the learning rate of [SGD] and [Adam] changes over a training.
type Schedule int

const (
	// Constant keeps the rate.
	Constant Schedule = iota
	// OneCycle raises the rate from Rate/25 to Rate over the first 30 % of all steps and lowers it
	// to Rate/250,000 over the others, both along half a cosine (Smith and Topin 2018, arXiv
	// 1708.07120); of three steps or fewer the first has Rate. Momentum and Beta1 stay as they are.
	// The cycle belongs to a number of steps: a finished training cannot be lengthened.
	OneCycle
)

const (
	cycleRise  = 0.3              // share of the steps in which the rate rises
	cycleStart = 1. / 25          // the first rate, of the highest
	cycleEnd   = cycleStart / 1e4 // the last
)

func (s Schedule) String() string {
	if s == OneCycle {
		return "one-cycle"
	}
	return "constant"
}

// Factor returns the rate of a step, counted from 1, as a multiple of the trainer's.
func (s Schedule) Factor(step, steps int) float64 {
	if s != OneCycle {
		return 1
	}
	// The first step has the first rate, the last the last.
	at, top := float64(step-1), max(cycleRise*float64(steps)-1, 0)
	if at < top {
		return between(cycleStart, 1, at/top)
	}
	return between(1, cycleEnd, (at-top)/max(float64(steps-1)-top, 1))
}

// between goes from a to b along half a cosine as t goes from 0 to 1.
func between(a, b, t float64) float64 { return b + (a-b)*(1+math.Cos(math.Pi*t))/2 }

func (s Schedule) check() error {
	if s != Constant && s != OneCycle {
		return fmt.Errorf("unlearn: unknown Schedule %d: take Constant or OneCycle", int(s))
	}
	return nil
}

// setting is the schedule as a checkpoint has it: one that depends on the number of steps names it.
func (s Schedule) setting(steps int) string {
	if s == Constant {
		return ""
	}
	return fmt.Sprintf("%s over %d steps", s, steps)
}
