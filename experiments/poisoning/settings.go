package poisoning

import (
	"lethe/experiments/internal/settings"
	"lethe/experiments/internal/trial"
)

// Settings are what --set may change in poisoning and correct; each experiment reads a part.
type Settings struct {
	trial.NetworkSettings

	Chunks        int       `set:"chunks" scope:"method" doc:"parts into which the iterative methods divide the request" max:"1e6" unit:"chunks"`
	Shards        []int     `set:"shards" scope:"run" doc:"sharding: numbers of shards" max:"1e4" unit:"shards"`
	Methods       []string  `set:"methods" scope:"run" doc:"methods to run besides retraining, separated by commas, or all. On tables, settings are chosen for all of them, so that more can be added later; methods in -paper have the paper's rate or tau. memorization: first-order-matched and second-order-repeated continue from second-order, and second-order-published uses the paper's damping and scale on this model. poisoning: methods in -last change the last layers only" words:"@methods" more:"ok"`
	TrainRate     float64   `set:"train-rate" scope:"model" doc:"learning rate of training (Adam); with schedule=one-cycle the highest one"`
	TrainBatch    int       `set:"train-batch" scope:"model" doc:"batch size of training" max:"1e9" unit:"samples"`
	TrainEpochs   int       `set:"train-epochs" scope:"model" doc:"passes of training" max:"1e6" unit:"passes"`
	Sample        int       `set:"sample" scope:"method" doc:"windows or images from which curvature and gradient residuals are estimated, besides as many that the request touches; 0 = all" zero:"ok" max:"1e9" unit:"samples"`
	TauGrid       []float64 `set:"tau-grid" scope:"method" doc:"values of tau to try first"`
	TauFine       int       `set:"tau-fine" scope:"method" doc:"values of tau per decade to try next, around the best one" max:"1e3" unit:"per decade"`
	RateGrid      []float64 `set:"rate-grid" scope:"method" doc:"learning rates of fine-tuning to try"`
	AdamRates     []float64 `set:"adam-rates" scope:"method" doc:"learning rates of fine-tuning by Adam to try first"`
	MomentumRates []float64 `set:"momentum-rates" scope:"method" doc:"learning rates of fine-tuning by SGD with momentum 0.9 to try first"`
	Budgets       []int     `set:"budget" scope:"run" doc:"labels to flip of 50,000; a smaller set flips the same share" max:"1e9" unit:"labels"`
	Known         []float64 `set:"known" scope:"run" doc:"shares of the flipped labels that are known and corrected by the request" max:"1" unit:"share"`
	Images        int       `set:"images" scope:"model" drawn:"ok" doc:"number of training images, from the first; 0 = all" zero:"ok" max:"1e9" unit:"images"`
	Blocks        []int     `set:"blocks" scope:"network" doc:"channels of each block; a block has two convolutions" max:"1e5" repeat:"ok" unit:"channels"`
	Dense         int       `set:"dense" scope:"network" doc:"width of the dense layer" max:"1e6" unit:"units"`
	BlockDropout  []float64 `set:"block-dropout" scope:"network" doc:"share of each block's outputs that training drops; 0 = none, also for blocks without a value" zero:"ok" below:"1" repeat:"ok" unit:"share"`
	Schedule      string    `set:"schedule" scope:"model" doc:"learning rate schedule of training: constant or one-cycle" words:"constant|one-cycle"`
	AMSGrad       bool      `set:"amsgrad" scope:"model" doc:"train by AMSGrad instead of Adam"`
	Reestimate    int       `set:"reestimate" scope:"method" doc:"corrected images on which batch-normalization statistics are re-estimated after an update; 0 keeps the statistics from before" zero:"ok" max:"1e9" unit:"images"`
	Statistics    []string  `set:"statistics" scope:"run" doc:"batch-normalization statistics with which updates are chosen and measured: re-estimated, kept (those from before the update) or both; SISA uses those of its own trainings" words:"re-estimated|kept" was:"anew=re-estimated"`
	Follow        string    `set:"follow" scope:"method" doc:"what the chunks of iterative methods follow: gradient (of the loss on the labels corrected so far) or difference (the change of the gradient that the chunk makes)" words:"gradient|difference"`
	GradientSize  int       `set:"gradient-sample" scope:"method" doc:"images of the chunk, and as many others, from which that gradient is estimated; 0 = all" zero:"ok" max:"1e9" unit:"images"`
	RidgeShares   []float64 `set:"ridge-shares" scope:"method" doc:"ridges to try, as shares of the largest eigenvalue found"`
	ProductsGrid  []int     `set:"products-grid" scope:"method" doc:"numbers of products of a solve to try" max:"1e4" unit:"Hessian products"`
	FineEpochs    []int     `set:"fine-tune-epochs" scope:"method" doc:"passes of fine-tuning; memorization tries each number, poisoning measures each" max:"1e6" unit:"passes"`
	MaxFall       float64   `set:"max-fall" scope:"method" doc:"points of validation accuracy that a chunk may lose; a chunk that loses more is refused" zero:"ok" unit:"points"`

	Wrong           []string `set:"wrong" scope:"run" doc:"kinds of wrong labels: pairs (each class is paired with another, and labels are exchanged), confusion (labels of two classes are exchanged), trigger (images with a patch of 3x3 pixels get the target label)" words:"pairs|confusion|trigger"`
	PairLabels      int      `set:"pairs-labels" scope:"run" doc:"pairs: wrong labels of 50,000; a smaller set has the same share" max:"1e9" unit:"labels"`
	ConfusionLabels int      `set:"confusion-labels" scope:"run" doc:"confusion: wrong labels of 50,000; a smaller set has the same share" max:"1e9" unit:"labels"`
	TriggerLabels   int      `set:"trigger-labels" scope:"run" doc:"trigger: images with the patch and the wrong label, of 50,000; a smaller set has the same share" max:"1e9" unit:"labels"`
	Confused        []int    `set:"confused" scope:"model" doc:"confusion: the two classes, counted from 0" zero:"ok" max:"1e4"`
	Target          int      `set:"target" scope:"model" doc:"trigger: the class that images with the patch are labelled as, counted from 0" zero:"ok" max:"1e4"`
	Band            int      `set:"band" scope:"run" doc:"trainings on the true labels, from other initial parameters and in other orders, with which methods are compared" min:"5" max:"1000" unit:"trainings"`
}

// form reads, prints and checks the settings by the tags of their fields.
var form *settings.Form[Settings]

// The methods are functions that read settings themselves, so that no initial value of the form may
// name them.
func init() {
	form = settings.MustNew[Settings](map[string][]string{"methods": append(poisonMethodNames(), "all")})
}

// Set changes one setting from its text; lists are separated by commas. An unknown key is an error
// that lists the known ones.
func (s *Settings) Set(key, text string) error { return form.Set(s, key, text) }

// Text returns a setting as Set reads it.
func (s *Settings) Text(key string) string { return form.Text(s, key) }

// Check says what is wrong with the value of one setting.
func (s *Settings) Check(key string) error { return form.Check(s, key) }

// Fields returns the settings in their order.
func (s *Settings) Fields() []settings.Field { return form.Fields() }
