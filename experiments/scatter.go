package experiments

import "context"

// scatterExperiment is the scatter plot: what each update did to the test loss against what retraining did. Ideal is the identity line.
func scatterExperiment() *Experiment {
	const id = "scatter"
	return tableExperiment{
		ID: id, Title: "Change of the test loss against that of retraining",
		Question: "does an update change the test loss as retraining does?",
		Defaults: func(s *tableSettings, k Key) {
			s.Rows = s.Rows[len(s.Rows)/2 : len(s.Rows)/2+1]
			s.Features, s.Seeds = []int{20}, 0
			if k.Model != Models[0] && k.Profile != Paper {
				s.Features = []int{10} // draws that the other parts have anyway
			}
		},
		Units: func(ctx context.Context, s *tableSession, set *tableSettings) ([]Unit, error) {
			return s.drawUnits(ctx, id, set, "loss-difference", "loss-distance", "sample-loss-distance")
		},
		Own: baselineSettings, Claims: (*Results).scatterClaims,
		Tables: func(r *Results) []Table {
			return []Table{
				r.bySize("Change of the mean test loss, nat", "loss-difference", plain),
				r.bySize("Mean distance of a test sample's loss to that of the retrained model, nat", "sample-loss-distance", plain),
			}
		},
		Figures: func(r *Results) []Figure { return r.scatterFigures() },
	}.engineExperiment()
}
