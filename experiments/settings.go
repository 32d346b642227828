package experiments

import "lethe/experiments/internal/settings"

// Settings are what --set may change, for one experiment on one data set and model. The defaults are those of PAPER.md section 2
// as far as it gives them; see [Defaults].
type Settings struct {
	Request  string `set:"request" doc:"what is to be forgotten: features, labels or samples" words:"features|labels|samples"`
	Features []int  `set:"features" doc:"numbers of columns removed (sparse sets)" max:"1e9"`
	Rows     []int  `set:"rows" doc:"numbers of rows changed (dense sets, labels, samples); at most n, of samples n/2" max:"1e9"`
	Draws    int    `set:"draws" doc:"random draws of the change, each measured" max:"1e6"`
	Pool     string `set:"pool" doc:"columns drawn from: sensitive, top400 (the sensitive among the 400 largest weights) or all" words:"sensitive|top400|all"`

	Lambda         float64 `set:"lambda" doc:"L2 regulariser, lambda/2 ||theta||^2" zero:"ok"`
	Sigma          float64 `set:"sigma" doc:"standard deviation of the tilt b that training adds to the loss" zero:"ok"`
	Hidden         []int   `set:"hidden" doc:"widths of the hidden layers of the MLP" max:"1e5" repeat:"ok"`
	Precision      string  `set:"precision" doc:"float64 or float32, of the MLP; linear models always take float64" words:"float32|float64"`
	TrainTolerance float64 `set:"train-tolerance" doc:"training ends at this gradient norm"`
	TrainSteps     int     `set:"train-steps" doc:"training ends after so many iterations at the latest" max:"1e7"`
	TestShare      float64 `set:"test-share" doc:"share of samples split off for testing; 0 keeps the data set's own split" zero:"ok" below:"1" unit:"share"`

	Tau         Auto    `set:"tau" doc:"step length of first order; auto takes the best of a grid"`
	TauFT       Auto    `set:"tau-ft" doc:"learning rate of fine-tuning; auto takes the best of a grid" also:"rate,tau_ft"`
	PaperTau    float64 `set:"paper-tau" of:"residual,fidelity,scatter,runtime" doc:"tau of a further row of first order, as the paper sets it (linear models); 0 leaves the row out" zero:"ok"`
	PaperTauFT  float64 `set:"paper-tau-ft" of:"residual,fidelity,scatter,runtime" doc:"learning rate of a further row of fine-tuning, as the paper sets it, one pass with the regulariser whole at each batch (linear models); 0 leaves the row out" zero:"ok"`
	Batch       int     `set:"batch" doc:"batch size of fine-tuning" max:"1e9"`
	Epochs      int     `set:"epochs" doc:"passes of fine-tuning; 0 takes the best of 1, 2 and 10, on networks also of as many as cost what second order costs (a Hessian product counted as two gradients), each at its best rate; with tau-ft a number as many as cost that" zero:"ok" max:"1e6"`
	Regulariser string  `set:"ft-regulariser" doc:"fine-tuning's regulariser at each batch: the batch's share, or whole, as the authors have it" words:"whole|share"`
	Ridge       Auto    `set:"ridge" doc:"added to the Hessian; auto takes the best of a grid" zero:"ok"`
	Curvature   string  `set:"curvature" doc:"matrix of second order: full or gauss-newton" words:"full|gauss-newton"`
	Solver      string  `set:"solver" doc:"cg, minres, lissa or exact" words:"cg|minres|lissa|exact"`
	Tolerance   float64 `set:"tolerance" doc:"relative residual at which a solve ends; 1e-3 leaves the updates of all but the smallest changes as they are, 1e-8 is exact" below:"1"`
	MaxProducts int     `set:"products" doc:"Hessian products of a solve at the most; 0 leaves it to the solver" zero:"ok" max:"1e9"`
	Steps       int     `set:"steps" doc:"second-order steps, one after the other" max:"1e3"`
	Batches     int     `set:"batches" doc:"mini-batches that the Hessian is a mean of, for lissa; 1 takes all samples at once" max:"1e9"`
	Force       bool    `set:"force" doc:"measure also updates that the trust check would refuse"`
	Chunks      int     `set:"chunks" doc:"parts in which the iterative methods apply the request" max:"1e6"`
	Seeds       int     `set:"seeds" doc:"cold retrainings from other initial parameters (MLP), for their band" zero:"ok" max:"1e4"`
	SeedDraws   int     `set:"seed-draws" doc:"draws on which the band is taken" max:"1e6"`

	Criterion string  `set:"criterion" doc:"what auto makes small: test-loss (the distance of the samples' losses to warm retraining's, on one half of the test set, which is not measured then) or residual" words:"test-loss|residual"`
	TuneDraws int     `set:"tune-draws" doc:"draws on which auto is decided, never those that are measured" max:"1e3"`
	TuneSize  int     `set:"tune-size" doc:"columns or rows changed in those draws, at most what there is; 0 decides for each measured size by itself, on changes of that size" zero:"ok" max:"1e9"`
	Near      float64 `set:"near" doc:"limits: second order counts as near while its distance to retraining is this share of no update's" unit:"share"`
	Growth    int     `set:"growth" doc:"limits: factor by which the change grows from step to step" min:"2" max:"1e6"`
	Factor    bool    `set:"factor" doc:"runtime: measure second order with the Hessian's factor stored beforehand"`
	Shards    []int   `set:"shards" doc:"sharding: numbers of shards" max:"1e4"`
	Points    []int   `set:"points" doc:"sharding: numbers of affected points" max:"1e9"`
	Trials    int     `set:"trials" doc:"sharding: random assignments drawn to check the formula" max:"1e8"`

	Epsilons          []float64 `set:"epsilons" doc:"certificates: epsilon; the first counts, loss-perturbation shows the others too" max:"1"`
	Delta             float64   `set:"delta" doc:"certificates: delta" below:"1"`
	Sigmas            []float64 `set:"sigmas" doc:"loss-perturbation: sigmas among which each method's need is found; sigma: those shown" zero:"ok"`
	Lambdas           []float64 `set:"lambdas" doc:"sigma: regularisers shown"`
	SweepDraws        int       `set:"sweep-draws" doc:"loss-perturbation: draws on which the sigma that each method needs is found" zero:"ok" max:"1e6"`
	Requests          int       `set:"requests" doc:"budget, loss-budget: requests of a stream at the most" max:"1e9"`
	CertifiedResidual float64   `set:"certified-residual" of:"certified,budget" doc:"gradient residual at which a descent ends, its rounding error included; the noise is proportional to it"`
	Against           string    `set:"against" of:"certified,budget" doc:"what a release is compared with: exact optimum, or same mechanism" words:"exact optimum|same mechanism"`
	ColdDraws         int       `set:"cold-draws" of:"certified" doc:"first draws in which retraining from the start is measured too" zero:"ok" max:"1e6"`
	SISAShards        int       `set:"sisa-shards" doc:"shards of SISA; 0 leaves it out" zero:"ok" max:"1e4"`
	SISASlices        int       `set:"sisa-slices" doc:"slices of each shard of SISA" max:"1e4"`
	SISAOutputs       string    `set:"sisa-vote" doc:"how SISA's models answer: majority, or the mean of their outputs" words:"majority|mean"`
	SISARegulariser   string    `set:"sisa-regulariser" doc:"lambda and sigma's tilt in each shard of SISA: its share, or whole, as the authors have it" words:"share|whole"`
	DPSigma           float64   `set:"dp-sigma" doc:"noise of differential privacy by a noisy objective (linear models); 0 leaves it out" zero:"ok"`
	Lengths           []int     `set:"length" of:"memorization" doc:"lengths of the secrets, random digits" max:"1e3" repeat:"ok"`
	Methods           []string  `set:"methods" of:"memorization,poisoning" doc:"methods that are carried out beside retraining, separated by commas, or all; of memorization first-order-matched and second-order-repeated go on from second-order, and second-order-published takes the paper's damping and scale on this model; of poisoning -last changes the last layers only" words:"@methods"`
	Replace           []string  `set:"replace" of:"memorization" doc:"what the secret becomes: text1, text2 (of the paper, where it has one), random-digits (anew at each place) or all" words:"text1|text2|random-digits|all"`
	Times             int       `set:"times" of:"memorization" doc:"how often the secret is put into the text" max:"1e6"`
	Characters        int       `set:"characters" of:"memorization" doc:"of the text, from its beginning; 0 = all" zero:"ok" max:"1e9"`
	HeldOut           float64   `set:"held-out" of:"memorization" doc:"characters behind the training text, as a share of it, that nothing is trained on: settings are chosen on the first half, and accuracy is measured on the other; 0 = both on the training text" zero:"ok" unit:"share"`
	Window            int       `set:"window" of:"memorization" doc:"characters from which the next one is guessed" max:"1e4"`
	Embedding         int       `set:"embedding" of:"memorization" doc:"numbers that stand for a character" max:"1e5"`
	Units             int       `set:"units" of:"memorization" doc:"width of each LSTM layer" max:"1e5"`
	Layers            int       `set:"layers" of:"memorization" doc:"LSTM layers" max:"100"`
	Dropout           float64   `set:"dropout" of:"memorization" doc:"share of a layer's outputs that training leaves out" zero:"ok" below:"1" unit:"share"`
	L2                float64   `set:"l2" of:"memorization" doc:"regulariser l2 ||w||^2 of the LSTM layers, added to the mean loss" zero:"ok"`
	TrainRate         float64   `set:"train-rate" of:"memorization,poisoning" doc:"learning rate of training (Adam); with schedule=one-cycle the highest"`
	TrainBatch        int       `set:"train-batch" of:"memorization,poisoning" doc:"batch size of training" max:"1e9"`
	TrainEpochs       int       `set:"train-epochs" of:"memorization,poisoning" doc:"passes of training" max:"1e6"`
	Sample            int       `set:"sample" of:"memorization,poisoning" doc:"windows or images, besides as many of those that the request touches, that curvature and gradient residuals are estimated from; 0 = all" zero:"ok" max:"1e9"`
	Step              Auto      `set:"step" of:"memorization" doc:"step length of second order; auto takes the best of step-grid"`
	RidgeGrid         []float64 `set:"ridge-grid" of:"memorization" doc:"ridges that are tried"`
	StepGrid          []float64 `set:"step-grid" of:"memorization" doc:"step lengths of second order that are tried"`
	TauGrid           []float64 `set:"tau-grid" of:"memorization,poisoning" doc:"values of tau that are tried first"`
	TauFine           int       `set:"tau-fine" of:"memorization,poisoning" doc:"values of tau a decade that are then tried around the best" max:"1e3"`
	RateGrid          []float64 `set:"rate-grid" of:"memorization,poisoning" doc:"learning rates of fine-tuning that are tried"`
	AdamRates         []float64 `set:"adam-rates" of:"memorization,poisoning" doc:"learning rates of fine-tuning by Adam that are tried first"`
	MomentumRates     []float64 `set:"momentum-rates" of:"poisoning" doc:"the same for fine-tuning by SGD with momentum 0.9"`
	MaxLoss           float64   `set:"max-loss" of:"memorization" doc:"points of held-out accuracy that a chosen setting may lose" zero:"ok" unit:"points"`
	ExposureLoss      float64   `set:"exposure-loss" of:"memorization" doc:"the same for the variants that are to bring the exposure down" zero:"ok" unit:"points"`
	TuneSample        int       `set:"tune-sample" of:"memorization" doc:"held-out windows on which that is measured; 0 = all" zero:"ok" max:"1e9"`
	Accuracy          int       `set:"accuracy-sample" of:"memorization" doc:"training windows on which accuracy and loss are measured; 0 = all" zero:"ok" max:"1e9"`
	FitSamples        int       `set:"fit-samples" of:"memorization" doc:"strings drawn for the distribution of perplexities where there are too many to rank" max:"1e7"`
	LissaProducts     int       `set:"lissa-products" of:"memorization" doc:"Hessian products that LiSSA may take" max:"1e6"`
	Rounds            int       `set:"rounds" of:"memorization" doc:"repetitions of second order in its repeated variant" max:"1e3"`
	Budgets           []int     `set:"budget" of:"poisoning" doc:"labels that are flipped, of 50,000; of a smaller set as large a share" max:"1e9"`
	Known             []float64 `set:"known" of:"poisoning" doc:"shares of the flipped labels that are known, and corrected by the request" max:"1" unit:"share"`
	Images            int       `set:"images" of:"poisoning" doc:"training images, from the first; 0 = all" zero:"ok" max:"1e9"`
	Blocks            []int     `set:"blocks" of:"poisoning" doc:"channels of each block of two convolutions" max:"1e5" repeat:"ok"`
	Dense             int       `set:"dense" of:"poisoning" doc:"width of the dense layer" max:"1e6"`
	BlockDropout      []float64 `set:"block-dropout" of:"poisoning" doc:"share of each block's outputs that training leaves out; 0 = none, of the blocks without a value too" zero:"ok" below:"1" repeat:"ok" unit:"share"`
	Schedule          string    `set:"schedule" of:"poisoning" doc:"learning rate of training: constant or one-cycle" words:"constant|one-cycle"`
	AMSGrad           bool      `set:"amsgrad" of:"poisoning" doc:"train by AMSGrad in place of Adam"`
	Reestimate        int       `set:"reestimate" of:"poisoning" doc:"corrected images on which an update's batch-normalisation statistics are re-estimated; 0 = keep those of before" zero:"ok" max:"1e9"`
	Statistics        []string  `set:"statistics" of:"poisoning" doc:"batch-normalisation statistics with which updates are chosen and measured: re-estimated, kept (those of before), or both; SISA has those of its trainings" words:"re-estimated|kept" was:"anew=re-estimated"`
	Follow            string    `set:"follow" of:"poisoning" doc:"what the chunks of iterative methods follow: gradient, of the loss on the labels corrected so far, or difference, that which the chunk makes" words:"gradient|difference"`
	GradientSize      int       `set:"gradient-sample" of:"poisoning" doc:"images that this gradient is estimated from, of the chunk and of the others each; 0 = all" zero:"ok" max:"1e9"`
	RidgeShares       []float64 `set:"ridge-shares" of:"poisoning" doc:"ridges that are tried, in shares of the largest eigenvalue that is found"`
	ProductsGrid      []int     `set:"products-grid" of:"poisoning" doc:"numbers of products of a solve that are tried" max:"1e4"`
	FineEpochs        []int     `set:"fine-tune-epochs" of:"memorization,poisoning" doc:"passes of fine-tuning: of memorization each is tried, of poisoning each is measured" max:"1e6"`
	MaxFall           float64   `set:"max-fall" of:"poisoning" doc:"points of validation accuracy by which a chunk may lower it; one that lowers it more is refused" zero:"ok" unit:"points"`
}

// form reads, prints and checks the settings by the tags of their fields.
var form *settings.Form[Settings]

// The methods that the tag of a setting stands for are functions that read settings themselves, so that no initial value of form may name them.
func init() {
	form = settings.MustNew[Settings](map[string][]string{"methods": append(append(memoryMethodNames(), poisonMethodNames()...), "all")})
}

// Keys returns the names of all settings with their meaning, in their order.
func Keys() (names, docs []string) {
	for _, f := range form.Fields() {
		names, docs = append(names, f.Name), append(docs, f.Doc)
	}
	return names, docs
}

// Owners returns the experiments that alone take the setting; none where those on tables do, and others that name it in Shared.
func Owners(key string) []string {
	f, _ := form.Field(key)
	return f.Owners
}

// Set changes one setting from its text; lists are separated by commas. An unknown key is an error that lists the known ones.
func (s *Settings) Set(key, text string) error { return form.Set(s, key, text) }

// Text returns a setting as Set reads it.
func (s *Settings) Text(key string) string { return form.Text(s, key) }
