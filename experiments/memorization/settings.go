package memorization

import (
	"lethe/experiments/internal/settings"
	"lethe/experiments/internal/trial"
)

// Settings are what --set may change in memorization.
type Settings struct {
	trial.NetworkSettings

	Tolerance     float64       `set:"tolerance" scope:"method" doc:"relative residual at which a solve ends; 1e-8 counts as exact, and 1e-3 alters only the updates of the smallest changes" below:"1"`
	MaxProducts   int           `set:"products" scope:"method" doc:"largest number of Hessian products of a solve; 0 leaves it to the solver" zero:"ok" max:"1e9" unit:"Hessian products"`
	Lengths       []int         `set:"length" scope:"run" drawn:"ok" doc:"lengths of the secrets, which are random digits" max:"1e3" repeat:"ok" unit:"digits"`
	Methods       []string      `set:"methods" scope:"run" doc:"methods to run besides retraining, separated by commas, or all. On tables, methods in -paper have the paper's rate or tau. memorization: first-order-matched and second-order-repeated continue from second-order, and second-order-published uses the paper's damping and scale on this model. poisoning: methods in -last change the last layers only" words:"@methods" more:"ok"`
	Replace       []string      `set:"replace" scope:"run" doc:"what the secret becomes: text1, text2 (from the paper, where it has one), random-digits (drawn separately at each place) or all" words:"text1|text2|random-digits|all"`
	Times         int           `set:"times" scope:"model" drawn:"ok" doc:"how often the secret is put into the text" max:"1e6" unit:"places"`
	Characters    int           `set:"characters" scope:"model" drawn:"ok" doc:"number of characters of the text to use, from its beginning; 0 = all" zero:"ok" max:"1e9" unit:"characters"`
	HeldOut       float64       `set:"held-out" scope:"method" doc:"size of the held-out text behind the training text, as a share of it. Settings are chosen on its first half, and accuracy is measured on the second; 0 uses the training text for both" zero:"ok" unit:"share"`
	Window        int           `set:"window" scope:"model" doc:"characters from which the next one is predicted" max:"1e4" unit:"characters"`
	Embedding     int           `set:"embedding" scope:"network" doc:"dimension of the embedding of a character" max:"1e5" unit:"dimensions"`
	Units         int           `set:"units" scope:"network" doc:"width of each LSTM layer" max:"1e5" unit:"units"`
	Layers        int           `set:"layers" scope:"network" doc:"number of LSTM layers" max:"100" unit:"layers"`
	Dropout       float64       `set:"dropout" scope:"network" doc:"share of a layer's outputs that training drops" zero:"ok" below:"1" unit:"share"`
	L2            float64       `set:"l2" scope:"model" doc:"regularizer l2 ||w||^2 of the LSTM layers, added to the mean loss" zero:"ok"`
	TrainRate     float64       `set:"train-rate" scope:"model" doc:"learning rate of training (Adam); with schedule=one-cycle the highest one"`
	TrainBatch    int           `set:"train-batch" scope:"model" doc:"batch size of training" max:"1e9" unit:"samples"`
	TrainEpochs   int           `set:"train-epochs" scope:"model" doc:"passes of training" max:"1e6" unit:"passes"`
	Sample        int           `set:"sample" scope:"method" doc:"windows or images from which curvature and gradient residuals are estimated, besides as many that the request touches; 0 = all" zero:"ok" max:"1e9" unit:"samples"`
	Step          settings.Auto `set:"step" scope:"method" doc:"step length of the second-order update; auto takes the best value of step-grid"`
	RidgeGrid     []float64     `set:"ridge-grid" scope:"method" doc:"ridges to try"`
	StepGrid      []float64     `set:"step-grid" scope:"method" doc:"step lengths of the second-order update to try"`
	TauGrid       []float64     `set:"tau-grid" scope:"method" doc:"values of tau to try first"`
	TauFine       int           `set:"tau-fine" scope:"method" doc:"values of tau per decade to try next, around the best one" max:"1e3" unit:"per decade"`
	RateGrid      []float64     `set:"rate-grid" scope:"method" doc:"learning rates of fine-tuning to try"`
	AdamRates     []float64     `set:"adam-rates" scope:"method" doc:"learning rates of fine-tuning by Adam to try first"`
	MaxLoss       float64       `set:"max-loss" scope:"method" doc:"points of held-out accuracy that a chosen setting may lose" zero:"ok" unit:"points"`
	ExposureLoss  float64       `set:"exposure-loss" scope:"method" doc:"points of held-out accuracy that the variants which lower the exposure may lose" zero:"ok" unit:"points"`
	TuneSample    int           `set:"tune-sample" scope:"method" doc:"held-out windows on which that accuracy is measured while choosing; 0 = all" zero:"ok" max:"1e9" unit:"windows"`
	Accuracy      int           `set:"accuracy-sample" scope:"run" doc:"training windows on which accuracy and loss are measured; 0 = all" zero:"ok" max:"1e9" unit:"windows"`
	FitSamples    int           `set:"fit-samples" scope:"run" doc:"strings to draw for the distribution of perplexities when there are too many strings to rank" max:"1e7" unit:"strings"`
	LissaProducts int           `set:"lissa-products" scope:"method" doc:"largest number of Hessian products of LiSSA" max:"1e6" unit:"Hessian products"`
	Rounds        int           `set:"rounds" scope:"method" doc:"repetitions in the method second-order-repeated" max:"1e3" unit:"repetitions"`
	DistillRates  []float64     `set:"distill-rates" scope:"method" doc:"learning rates of self-distillation (Adam) to try"`
	DistillSteps  []int         `set:"distill-steps" scope:"method" doc:"numbers of steps of self-distillation to try" max:"1e6" unit:"steps"`
	FineEpochs    []int         `set:"fine-tune-epochs" scope:"method" doc:"passes of fine-tuning; memorization tries each number, poisoning measures each" max:"1e6" unit:"passes"`
}

// form reads, prints and checks the settings by the tags of their fields.
var form *settings.Form[Settings]

// The methods are functions that read settings themselves, so that no initial value of the form may
// name them.
func init() {
	form = settings.MustNew[Settings](map[string][]string{"methods": append(memoryMethodNames(), "all")})
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
