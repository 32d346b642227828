package tabledata

import "lethe/experiments/internal/settings"

// Settings are what --set may change, for one experiment on one data set and model. The defaults
// are those of docs/paper.md#linear-models if it gives them; see [Defaults].
type Settings struct {
	Request  string `set:"request" scope:"method" drawn:"ok" doc:"what to unlearn: features, labels or samples" words:"features|labels|samples"`
	Features []int  `set:"features" scope:"run" doc:"numbers of columns to remove (sparse data sets)" max:"1e9" unit:"columns"`
	Rows     []int  `set:"rows" scope:"run" doc:"numbers of rows to change (dense data sets, labels, samples); at most n, for samples n/2" max:"1e9" unit:"rows"`
	Draws    int    `set:"draws" scope:"run" doc:"random draws of the change; each is measured" max:"1e6" more:"ok" unit:"draws"`
	Pool     string `set:"pool" scope:"method" drawn:"ok" doc:"columns to draw from: sensitive, top400 (the sensitive ones among the 400 largest weights) or all" words:"sensitive|top400|all"`

	Lambda         float64 `set:"lambda" scope:"model" doc:"L2 regularizer, lambda/2 ||theta||^2" zero:"ok"`
	Sigma          float64 `set:"sigma" scope:"model" doc:"standard deviation of b in the random linear term b'theta that training adds to the loss" zero:"ok"`
	Hidden         []int   `set:"hidden" scope:"model" doc:"widths of the hidden layers of the MLP" max:"1e5" repeat:"ok" unit:"units"`
	Precision      string  `set:"precision" scope:"model" doc:"float64 or float32, for the MLP; linear models always use float64" words:"float32|float64"`
	TrainTolerance float64 `set:"train-tolerance" scope:"model" doc:"gradient norm at which training ends"`
	TrainSteps     int     `set:"train-steps" scope:"model" doc:"largest number of training iterations" max:"1e7" unit:"iterations"`
	TestShare      float64 `set:"test-share" scope:"model" drawn:"ok" doc:"share of samples split off for testing; 0 keeps the data set's own split" zero:"ok" below:"1" unit:"share"`

	Methods     []string      `set:"methods" scope:"run" doc:"methods to run besides retraining, separated by commas, or all. On tables, methods in -paper have the paper's rate or tau. memorization: first-order-matched and second-order-repeated continue from second-order, and second-order-published uses the paper's damping and scale on this model. poisoning: methods in -last change the last layers only" words:"@methods" more:"ok"`
	Tau         settings.Auto `set:"tau" scope:"method" doc:"step length of the first-order update; auto takes the best value of a grid"`
	TauFT       settings.Auto `set:"tau-ft" scope:"method" doc:"learning rate of fine-tuning; auto takes the best value of a grid" also:"rate,tau_ft"`
	PaperTau    float64       `set:"paper-tau" scope:"method" doc:"tau of an additional first-order row with the paper's setting (linear models); 0 omits the row" zero:"ok"`
	PaperTauFT  float64       `set:"paper-tau-ft" scope:"method" doc:"learning rate of an additional fine-tuning row with the paper's setting: one pass, the whole regularizer at each batch (linear models); 0 omits the row" zero:"ok"`
	Batch       int           `set:"batch" scope:"method" doc:"batch size of fine-tuning" max:"1e9" unit:"samples"`
	Epochs      int           `set:"epochs" scope:"method" doc:"passes of fine-tuning. 0 takes the best of 1, 2 and 10, each at its best learning rate; networks also try as many passes as cost what the second-order update costs (a Hessian product counts as two gradients). With a fixed tau-ft, 0 takes the number that costs the same" zero:"ok" max:"1e6" unit:"passes"`
	Regularizer string        `set:"ft-regularizer" also:"ft-regulariser" scope:"method" doc:"regularizer at each batch of fine-tuning: share (the batch's share of it) or whole (the authors' rule)" words:"whole|share"`
	Ridge       settings.Auto `set:"ridge" scope:"method" doc:"added to the diagonal of the Hessian; auto takes the best value of a grid" zero:"ok"`
	Curvature   string        `set:"curvature" scope:"method" doc:"matrix of the second-order update: full (the Hessian) or gauss-newton" words:"full|gauss-newton"`
	Solver      string        `set:"solver" scope:"method" doc:"solver of the second-order update: cg, minres, lissa or exact" words:"cg|minres|lissa|exact"`
	Tolerance   float64       `set:"tolerance" scope:"method" doc:"relative residual at which a solve ends; 1e-8 counts as exact, and 1e-3 alters only the updates of the smallest changes" below:"1"`
	MaxProducts int           `set:"products" scope:"method" doc:"largest number of Hessian products of a solve; 0 leaves it to the solver" zero:"ok" max:"1e9" unit:"Hessian products"`
	Steps       int           `set:"steps" scope:"method" doc:"number of consecutive second-order steps" max:"1e3" unit:"steps"`
	Batches     int           `set:"batches" scope:"method" doc:"mini-batches over which lissa averages the Hessian; 1 uses all samples at once" max:"1e9" unit:"batches"`
	Force       bool          `set:"force" scope:"method" doc:"also measure updates that the trust check would refuse"`
	Chunks      int           `set:"chunks" scope:"method" doc:"parts into which the iterative methods divide the request" max:"1e6" unit:"chunks"`
	Seeds       int           `set:"seeds" scope:"run" doc:"cold retrainings from other initial parameters (MLP); their spread is the band of retraining" zero:"ok" max:"1e4" unit:"retrainings"`
	SeedDraws   int           `set:"seed-draws" scope:"run" doc:"draws on which that band is measured" max:"1e6" unit:"draws"`

	Criterion string  `set:"criterion" scope:"method" doc:"what auto minimizes: residual, or test-loss (the distance of the samples' losses to those of warm retraining, on one half of the test set; the other half is measured)" words:"test-loss|residual"`
	TuneDraws int     `set:"tune-draws" scope:"method" doc:"draws on which auto is decided; they are never measured" max:"1e3" unit:"draws"`
	TuneSize  int     `set:"tune-size" scope:"method" doc:"columns or rows to change in those draws, at most as many as there are; 0 decides for each measured size separately, on changes of that size" zero:"ok" max:"1e9" unit:"columns or rows"`
	Near      float64 `set:"near" scope:"run" doc:"limits: second order counts as near while its distance to retraining is at most this share of the distance without an update" unit:"share"`
	Growth    int     `set:"growth" scope:"run" doc:"limits: factor by which the change grows at each step" min:"2" max:"1e6"`
	Factor    bool    `set:"factor" scope:"run" doc:"runtime: also measure second order with the factor of the Hessian computed beforehand"`
	Shards    []int   `set:"shards" scope:"run" doc:"sharding: numbers of shards" max:"1e4" unit:"shards"`
	Points    []int   `set:"points" scope:"run" doc:"sharding: numbers of affected points" max:"1e9" unit:"samples"`
	Trials    int     `set:"trials" scope:"run" doc:"sharding: random assignments that check the formula" max:"1e8" unit:"assignments"`

	Epsilons          []float64 `set:"epsilons" scope:"run" doc:"certificates: epsilon; the first value counts, loss-perturbation also shows the others" max:"1"`
	Delta             float64   `set:"delta" scope:"run" doc:"certificates: delta" below:"1"`
	Sigmas            []float64 `set:"sigmas" scope:"run" doc:"loss-perturbation: values of sigma among which the smallest that certifies each method is searched; sigma: values shown" zero:"ok"`
	Lambdas           []float64 `set:"lambdas" scope:"run" doc:"sigma: regularizers shown"`
	SweepDraws        int       `set:"sweep-draws" scope:"run" doc:"loss-perturbation: draws on which the sigma that each method needs is determined" zero:"ok" max:"1e6" unit:"draws"`
	Requests          int       `set:"requests" scope:"run" doc:"budget, loss-budget: largest number of requests in a stream" max:"1e9" unit:"requests"`
	CertifiedResidual float64   `set:"certified-residual" scope:"run" doc:"gradient residual at which the descent ends, its rounding error included; the noise is proportional to it"`
	Against           string    `set:"against" scope:"run" doc:"what a release is compared with: exact optimum or same mechanism" words:"exact optimum|same mechanism"`
	ColdDraws         int       `set:"cold-draws" scope:"run" doc:"number of draws, from the first, in which cold retraining is measured too" zero:"ok" max:"1e6" unit:"draws"`
	SISAShards        int       `set:"sisa-shards" scope:"sisa" doc:"shards of SISA; 0 omits SISA" zero:"ok" max:"1e4" unit:"shards"`
	SISASlices        int       `set:"sisa-slices" scope:"sisa" doc:"slices of each shard of SISA" max:"1e4" unit:"slices"`
	SISAOutputs       string    `set:"sisa-vote" scope:"sisa" doc:"how SISA combines its models: majority vote, or mean of their outputs" words:"majority|mean"`
	SISARegularizer   string    `set:"sisa-regularizer" also:"sisa-regulariser" scope:"sisa" doc:"regularizer and linear term in each shard of SISA: share (the shard's share of them) or whole (the authors' rule)" words:"share|whole"`
	DPSigma           float64   `set:"dp-sigma" scope:"noise" doc:"standard deviation of the noise in the objective of the differentially private model (linear models); 0 omits it" zero:"ok"`
}

// Form reads, prints and checks the settings by the tags of their fields.
var Form *settings.Form[Settings]

// The methods are functions that read settings themselves, so that no initial value of the form may
// name them.
func init() {
	Form = settings.MustNew[Settings](map[string][]string{"methods": append(methodWords(), allMethods)})
}

// Set changes one setting from its text; lists are separated by commas. An unknown key is an error
// that lists the known ones.
func (s *Settings) Set(key, text string) error { return Form.Set(s, key, text) }

// Text returns a setting as Set reads it.
func (s *Settings) Text(key string) string { return Form.Text(s, key) }

// Check says what is wrong with the value of one setting.
func (s *Settings) Check(key string) error { return Form.Check(s, key) }

// Fields returns the settings in their order.
func (s *Settings) Fields() []settings.Field { return Form.Fields() }
