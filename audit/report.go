package audit

import "fmt"

// Report is the result of an audit.
type Report struct {
	// Verdict is that of the first finding, KLOM on the removed samples. Each of the others has its
	// own chance of 5 % to lie outside by accident.
	Verdict Verdict `json:"verdict"`
	Void    string  `json:"void,omitempty"` // why the verdict does not count; "" = it does

	Forget     int `json:"forget"`     // samples to be forgotten
	Retain     int `json:"retain"`     // samples that stay
	Validation int `json:"validation"` // samples that no model was trained on
	Updated    int `json:"updated"`    // models in a group of updated ones
	HeldOut    int `json:"held_out"`   // retrained models that are audited as if they were updated
	References int `json:"references"` // retrained models that both are compared with

	Findings    []Finding  `json:"findings"`
	NotMeasured []Omission `json:"not_measured"`
}

// Finding is a number of the updated models beside that of retrained ones.
type Finding struct {
	Audit   string `json:"audit"`
	On      string `json:"on"` // which samples
	Samples int    `json:"samples"`

	Updated   float64  `json:"updated"`             // the number of the updated models
	Untouched *float64 `json:"untouched,omitempty"` // that of the model before the update; nil where it needs several
	HeldOut   float64  `json:"held_out"`            // that of the retrained models that were held out
	Floor     *float64 `json:"floor,omitempty"`     // of retrained models against retrained ones, on average

	// Low and High are the ends of the band of retrained models; Low is nil where only a large number
	// is far.
	Low  *float64 `json:"low,omitempty"`
	High float64  `json:"high"`
	P    float64  `json:"p"` // probability of a number so far out, of models that were retrained
	// HeldOutP is the same of the held-out models.
	HeldOutP float64 `json:"held_out_p"`

	Verdict Verdict `json:"verdict"`
	Void    string  `json:"void,omitempty"` // why the verdict does not count; "" = it does
	Note    string  `json:"note,omitempty"`
}

// Omission is an audit that was not made.
type Omission struct {
	Audit string `json:"audit"`
	Why   string `json:"why"` // and what it needs
}

// heldOutFails is why findings are void.
const heldOutFails = "a retrained model that was held out fails it too"

// bandFinding compares the mean of a number over updated models with the band of retrained ones.
// The last retrained model is held out. before is the number before the update; -Inf and Inf name
// the side on which under-forgetting lies.
func bandFinding(name, on string, samples int, updated, retrained []float64, before, resolution float64) (*Finding, error) {
	return groupedBand(name, on, samples, updated, retrained[len(retrained)-1:], retrained[:len(retrained)-1], before, resolution)
}

func groupedBand(name, on string, samples int, updated, heldOut, references []float64, before, resolution float64) (*Finding, error) {
	f := &Finding{Audit: name, On: on, Samples: samples, Untouched: &before, Updated: mean(updated), HeldOut: mean(heldOut)}
	for k, x := range [][]float64{updated, heldOut} {
		b, err := NewBand(references, len(x), resolution)
		if err != nil {
			return nil, fmt.Errorf("%s on %s: %w", name, on, err)
		}
		v, err := b.Judge(mean(x), before)
		if err != nil {
			return nil, fmt.Errorf("%s on %s: %w", name, on, err)
		}
		if k == 0 {
			f.Verdict, f.Low, f.High, f.P, f.Floor = v, &b.Low, b.High, b.p(mean(x)), &b.Mean
			continue
		}
		if f.HeldOutP = b.p(mean(x)); v != Inside {
			f.Void = heldOutFails
		}
	}
	return f, nil
}

func mean(x []float64) (sum float64) {
	for _, v := range x {
		sum += v / float64(len(x))
	}
	return sum
}
