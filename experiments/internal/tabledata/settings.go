package tabledata

import "lethe/experiments/internal/settings"

// Settings are what --set may change, for one experiment on one data set and model. The defaults are those of docs/paper.md section 2
// as far as it gives them; see [Defaults].
type Settings struct {
	Request  string `set:"request" scope:"method" doc:"what is to be forgotten: features, labels or samples" words:"features|labels|samples"`
	Features []int  `set:"features" scope:"run" doc:"numbers of columns removed (sparse sets)" max:"1e9"`
	Rows     []int  `set:"rows" scope:"run" doc:"numbers of rows changed (dense sets, labels, samples); at most n, of samples n/2" max:"1e9"`
	Draws    int    `set:"draws" scope:"run" doc:"random draws of the change, each measured" max:"1e6"`
	Pool     string `set:"pool" scope:"method" doc:"columns drawn from: sensitive, top400 (the sensitive among the 400 largest weights) or all" words:"sensitive|top400|all"`

	Lambda         float64 `set:"lambda" scope:"model" doc:"L2 regulariser, lambda/2 ||theta||^2" zero:"ok"`
	Sigma          float64 `set:"sigma" scope:"model" doc:"standard deviation of the tilt b that training adds to the loss" zero:"ok"`
	Hidden         []int   `set:"hidden" scope:"model" doc:"widths of the hidden layers of the MLP" max:"1e5" repeat:"ok"`
	Precision      string  `set:"precision" scope:"model" doc:"float64 or float32, of the MLP; linear models always take float64" words:"float32|float64"`
	TrainTolerance float64 `set:"train-tolerance" scope:"model" doc:"training ends at this gradient norm"`
	TrainSteps     int     `set:"train-steps" scope:"model" doc:"training ends after so many iterations at the latest" max:"1e7"`
	TestShare      float64 `set:"test-share" scope:"model" doc:"share of samples split off for testing; 0 keeps the data set's own split" zero:"ok" below:"1" unit:"share"`

	Tau         settings.Auto `set:"tau" scope:"method" doc:"step length of first order; auto takes the best of a grid"`
	TauFT       settings.Auto `set:"tau-ft" scope:"method" doc:"learning rate of fine-tuning; auto takes the best of a grid" also:"rate,tau_ft"`
	PaperTau    float64       `set:"paper-tau" scope:"method" of:"residual,fidelity,scatter,runtime" doc:"tau of a further row of first order, as the paper sets it (linear models); 0 leaves the row out" zero:"ok"`
	PaperTauFT  float64       `set:"paper-tau-ft" scope:"method" of:"residual,fidelity,scatter,runtime" doc:"learning rate of a further row of fine-tuning, as the paper sets it, one pass with the regulariser whole at each batch (linear models); 0 leaves the row out" zero:"ok"`
	Batch       int           `set:"batch" scope:"method" doc:"batch size of fine-tuning" max:"1e9"`
	Epochs      int           `set:"epochs" scope:"method" doc:"passes of fine-tuning; 0 takes the best of 1, 2 and 10, on networks also of as many as cost what second order costs (a Hessian product counted as two gradients), each at its best rate; with tau-ft a number as many as cost that" zero:"ok" max:"1e6"`
	Regulariser string        `set:"ft-regulariser" scope:"method" doc:"fine-tuning's regulariser at each batch: the batch's share, or whole, as the authors have it" words:"whole|share"`
	Ridge       settings.Auto `set:"ridge" scope:"method" doc:"added to the Hessian; auto takes the best of a grid" zero:"ok"`
	Curvature   string        `set:"curvature" scope:"method" doc:"matrix of second order: full or gauss-newton" words:"full|gauss-newton"`
	Solver      string        `set:"solver" scope:"method" doc:"cg, minres, lissa or exact" words:"cg|minres|lissa|exact"`
	Tolerance   float64       `set:"tolerance" scope:"method" doc:"relative residual at which a solve ends; 1e-3 leaves the updates of all but the smallest changes as they are, 1e-8 is exact" below:"1"`
	MaxProducts int           `set:"products" scope:"method" doc:"Hessian products of a solve at the most; 0 leaves it to the solver" zero:"ok" max:"1e9"`
	Steps       int           `set:"steps" scope:"method" doc:"second-order steps, one after the other" max:"1e3"`
	Batches     int           `set:"batches" scope:"method" doc:"mini-batches that the Hessian is a mean of, for lissa; 1 takes all samples at once" max:"1e9"`
	Force       bool          `set:"force" scope:"method" doc:"measure also updates that the trust check would refuse"`
	Chunks      int           `set:"chunks" scope:"method" doc:"parts in which the iterative methods apply the request" max:"1e6"`
	Seeds       int           `set:"seeds" scope:"run" doc:"cold retrainings from other initial parameters (MLP), for their band" zero:"ok" max:"1e4"`
	SeedDraws   int           `set:"seed-draws" scope:"run" doc:"draws on which the band is taken" max:"1e6"`

	Criterion string  `set:"criterion" scope:"method" doc:"what auto makes small: test-loss (the distance of the samples' losses to warm retraining's, on one half of the test set, which is not measured then) or residual" words:"test-loss|residual"`
	TuneDraws int     `set:"tune-draws" scope:"method" doc:"draws on which auto is decided, never those that are measured" max:"1e3"`
	TuneSize  int     `set:"tune-size" scope:"method" doc:"columns or rows changed in those draws, at most what there is; 0 decides for each measured size by itself, on changes of that size" zero:"ok" max:"1e9"`
	Near      float64 `set:"near" scope:"run" doc:"limits: second order counts as near while its distance to retraining is this share of no update's" unit:"share"`
	Growth    int     `set:"growth" scope:"run" doc:"limits: factor by which the change grows from step to step" min:"2" max:"1e6"`
	Factor    bool    `set:"factor" scope:"run" doc:"runtime: measure second order with the Hessian's factor stored beforehand"`
	Shards    []int   `set:"shards" scope:"run" doc:"sharding: numbers of shards" max:"1e4"`
	Points    []int   `set:"points" scope:"run" doc:"sharding: numbers of affected points" max:"1e9"`
	Trials    int     `set:"trials" scope:"run" doc:"sharding: random assignments drawn to check the formula" max:"1e8"`

	Epsilons          []float64 `set:"epsilons" scope:"run" doc:"certificates: epsilon; the first counts, loss-perturbation shows the others too" max:"1"`
	Delta             float64   `set:"delta" scope:"run" doc:"certificates: delta" below:"1"`
	Sigmas            []float64 `set:"sigmas" scope:"run" doc:"loss-perturbation: sigmas among which each method's need is found; sigma: those shown" zero:"ok"`
	Lambdas           []float64 `set:"lambdas" scope:"run" doc:"sigma: regularisers shown"`
	SweepDraws        int       `set:"sweep-draws" scope:"run" doc:"loss-perturbation: draws on which the sigma that each method needs is found" zero:"ok" max:"1e6"`
	Requests          int       `set:"requests" scope:"run" doc:"budget, loss-budget: requests of a stream at the most" max:"1e9"`
	CertifiedResidual float64   `set:"certified-residual" scope:"run" of:"certified,budget" doc:"gradient residual at which a descent ends, its rounding error included; the noise is proportional to it"`
	Against           string    `set:"against" scope:"run" of:"certified,budget" doc:"what a release is compared with: exact optimum, or same mechanism" words:"exact optimum|same mechanism"`
	ColdDraws         int       `set:"cold-draws" scope:"run" of:"certified" doc:"first draws in which retraining from the start is measured too" zero:"ok" max:"1e6"`
	SISAShards        int       `set:"sisa-shards" scope:"sisa" doc:"shards of SISA; 0 leaves it out" zero:"ok" max:"1e4"`
	SISASlices        int       `set:"sisa-slices" scope:"sisa" doc:"slices of each shard of SISA" max:"1e4"`
	SISAOutputs       string    `set:"sisa-vote" scope:"sisa" doc:"how SISA's models answer: majority, or the mean of their outputs" words:"majority|mean"`
	SISARegulariser   string    `set:"sisa-regulariser" scope:"sisa" doc:"lambda and sigma's tilt in each shard of SISA: its share, or whole, as the authors have it" words:"share|whole"`
	DPSigma           float64   `set:"dp-sigma" scope:"noise" doc:"noise of differential privacy by a noisy objective (linear models); 0 leaves it out" zero:"ok"`
}

// Form reads, prints and checks the settings by the tags of their fields.
var Form = settings.MustNew[Settings](nil)

// Set changes one setting from its text; lists are separated by commas. An unknown key is an error that lists the known ones.
func (s *Settings) Set(key, text string) error { return Form.Set(s, key, text) }

// Text returns a setting as Set reads it.
func (s *Settings) Text(key string) string { return Form.Text(s, key) }

// Check says what is wrong with the value of one setting.
func (s *Settings) Check(key string) error { return Form.Check(s, key) }

// Fields returns the settings in their order.
func (s *Settings) Fields() []settings.Field { return Form.Fields() }
