package experiments

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"lethe/unlearn"
)

// Settings are what --set may change, for one experiment on one data set and model. The defaults are those of PAPER.md section 2
// as far as it gives them; see [Defaults].
type Settings struct {
	Request  string `set:"request" doc:"what is to be forgotten: features, labels or samples"`
	Features []int  `set:"features" doc:"numbers of columns removed (sparse sets)"`
	Rows     []int  `set:"rows" doc:"numbers of rows changed (dense sets, labels, samples); at most n, of samples n/2"`
	Draws    int    `set:"draws" doc:"random draws of the change, each measured"`
	Pool     string `set:"pool" doc:"columns drawn from: sensitive, top400 (the sensitive among the 400 largest weights) or all"`

	Lambda         float64 `set:"lambda" doc:"L2 regulariser, lambda/2 ||theta||^2"`
	Sigma          float64 `set:"sigma" doc:"standard deviation of the tilt b that training adds to the loss"`
	Hidden         []int   `set:"hidden" doc:"widths of the hidden layers of the MLP"`
	Precision      string  `set:"precision" doc:"float64 or float32, of the MLP; linear models always take float64"`
	TrainTolerance float64 `set:"train-tolerance" doc:"training ends at this gradient norm"`
	TrainSteps     int     `set:"train-steps" doc:"training ends after so many iterations at the latest"`
	TestShare      float64 `set:"test-share" doc:"share of samples split off for testing; 0 keeps the data set's own split"`

	Tau         Auto    `set:"tau" doc:"step length of first order; auto takes the best of a grid"`
	TauFT       Auto    `set:"tau-ft" doc:"learning rate of fine-tuning; auto takes the best of a grid"`
	PaperTau    float64 `set:"paper-tau" of:"residual,fidelity,scatter,runtime" doc:"tau of a further row of first order, as the paper sets it (linear models); 0 leaves the row out"`
	PaperTauFT  float64 `set:"paper-tau-ft" of:"residual,fidelity,scatter,runtime" doc:"learning rate of a further row of fine-tuning, as the paper sets it, one pass with the regulariser whole at each batch (linear models); 0 leaves the row out"`
	Batch       int     `set:"batch" doc:"batch size of fine-tuning"`
	Epochs      int     `set:"epochs" doc:"passes of fine-tuning; 0 takes the best of 1, 2, 10 and as many as cost what second order costs (a Hessian product counted as two gradients), each at its best rate; with tau-ft a number as many as that"`
	Regulariser string  `set:"ft-regulariser" doc:"fine-tuning's regulariser at each batch: the batch's share, or whole, as the authors have it"`
	Ridge       Auto    `set:"ridge" doc:"added to the Hessian; auto takes the best of a grid"`
	Curvature   string  `set:"curvature" doc:"matrix of second order: full or gauss-newton"`
	Solver      string  `set:"solver" doc:"cg, minres, lissa or exact"`
	Tolerance   float64 `set:"tolerance" doc:"relative residual at which a solve ends; 1e-3 leaves the updates of all but the smallest changes as they are, 1e-8 is exact"`
	MaxProducts int     `set:"products" doc:"Hessian products of a solve at the most; 0 leaves it to the solver"`
	Steps       int     `set:"steps" doc:"second-order steps, one after the other"`
	Batches     int     `set:"batches" doc:"mini-batches that the Hessian is a mean of, for lissa; 1 takes all samples at once"`
	Force       bool    `set:"force" doc:"measure also updates that the trust check would refuse"`
	Chunks      int     `set:"chunks" doc:"parts in which the iterative methods apply the request"`
	Seeds       int     `set:"seeds" doc:"cold retrainings from other initial parameters (MLP), for their band"`
	SeedDraws   int     `set:"seed-draws" doc:"draws on which the band is taken"`

	Criterion string  `set:"criterion" doc:"what auto makes small: test-loss (the distance of the samples' losses to warm retraining's, on one half of the test set, which is not measured then) or residual"`
	TuneDraws int     `set:"tune-draws" doc:"draws on which auto is decided, never those that are measured"`
	TuneSize  int     `set:"tune-size" doc:"columns or rows changed in those draws, at most what there is; 0 decides for each measured size by itself, on changes of that size"`
	Near      float64 `set:"near" doc:"limits: second order counts as near while its distance to retraining is this share of no update's"`
	Growth    int     `set:"growth" doc:"limits: factor by which the change grows from step to step"`
	Factor    bool    `set:"factor" doc:"runtime: measure second order with the Hessian's factor stored beforehand"`
	Shards    []int   `set:"shards" doc:"sharding: numbers of shards"`
	Points    []int   `set:"points" doc:"sharding: numbers of affected points"`
	Trials    int     `set:"trials" doc:"sharding: random assignments drawn to check the formula"`

	Epsilons          []float64 `set:"epsilons" doc:"certificates: epsilon; the first counts, loss-perturbation shows the others too"`
	Delta             float64   `set:"delta" doc:"certificates: delta"`
	Sigmas            []float64 `set:"sigmas" doc:"loss-perturbation: sigmas among which each method's need is found; sigma: those shown"`
	Lambdas           []float64 `set:"lambdas" doc:"sigma: regularisers shown"`
	SweepDraws        int       `set:"sweep-draws" doc:"loss-perturbation: draws on which the sigma that each method needs is found"`
	Requests          int       `set:"requests" doc:"budget, loss-budget: requests of a stream at the most"`
	CertifiedResidual float64   `set:"certified-residual" of:"certified,budget" doc:"gradient residual at which a descent ends, its rounding error included; the noise is proportional to it"`
	Against           string    `set:"against" of:"certified,budget" doc:"what a release is compared with: exact optimum, or same mechanism"`
	ColdDraws         int       `set:"cold-draws" of:"certified" doc:"first draws in which retraining from the start is measured too"`
	SISAShards        int       `set:"sisa-shards" doc:"shards of SISA; 0 leaves it out"`
	SISASlices        int       `set:"sisa-slices" doc:"slices of each shard of SISA"`
	SISAOutputs       string    `set:"sisa-vote" doc:"how SISA's models answer: majority, or the mean of their outputs"`
	SISARegulariser   string    `set:"sisa-regulariser" doc:"lambda and sigma's tilt in each shard of SISA: its share, or whole, as the authors have it"`
	DPSigma           float64   `set:"dp-sigma" doc:"noise of differential privacy by a noisy objective (linear models); 0 leaves it out"`
	Lengths           []int     `set:"length" of:"memorization" doc:"lengths of the secrets, random digits"`
	Methods           []string  `set:"methods" of:"memorization,poisoning" doc:"methods that are carried out beside retraining, separated by commas, or all; of memorization first-order-matched and second-order-repeated go on from second-order, and second-order-published takes the paper's damping and scale on this model; of poisoning -last changes the last layers only"`
	Replace           []string  `set:"replace" of:"memorization" doc:"what the secret becomes: text1, text2 (of the paper, where it has one), random-digits (anew at each place) or all"`
	Times             int       `set:"times" of:"memorization" doc:"how often the secret is put into the text"`
	Characters        int       `set:"characters" of:"memorization" doc:"of the text, from its beginning; 0 = all"`
	HeldOut           float64   `set:"held-out" of:"memorization" doc:"characters behind the training text, as a share of it, that nothing is trained on: settings are chosen on the first half, and accuracy is measured on the other; 0 = both on the training text"`
	Window            int       `set:"window" of:"memorization" doc:"characters from which the next one is guessed"`
	Embedding         int       `set:"embedding" of:"memorization" doc:"numbers that stand for a character"`
	Units             int       `set:"units" of:"memorization" doc:"width of each LSTM layer"`
	Layers            int       `set:"layers" of:"memorization" doc:"LSTM layers"`
	Dropout           float64   `set:"dropout" of:"memorization" doc:"share of a layer's outputs that training leaves out"`
	L2                float64   `set:"l2" of:"memorization" doc:"regulariser l2 ||w||^2 of the LSTM layers, added to the mean loss"`
	TrainRate         float64   `set:"train-rate" of:"memorization,poisoning" doc:"learning rate of training (Adam); with schedule=one-cycle the highest"`
	TrainBatch        int       `set:"train-batch" of:"memorization,poisoning" doc:"batch size of training"`
	TrainEpochs       int       `set:"train-epochs" of:"memorization,poisoning" doc:"passes of training"`
	Sample            int       `set:"sample" of:"memorization,poisoning" doc:"windows or images, besides as many of those that the request touches, that curvature and gradient residuals are estimated from; 0 = all"`
	Step              Auto      `set:"step" of:"memorization" doc:"step length of second order; auto takes the best of step-grid"`
	RidgeGrid         []float64 `set:"ridge-grid" of:"memorization" doc:"ridges that are tried"`
	StepGrid          []float64 `set:"step-grid" of:"memorization" doc:"step lengths of second order that are tried"`
	TauGrid           []float64 `set:"tau-grid" of:"memorization,poisoning" doc:"values of tau that are tried first"`
	TauFine           int       `set:"tau-fine" of:"memorization,poisoning" doc:"values of tau a decade that are then tried around the best"`
	RateGrid          []float64 `set:"rate-grid" of:"memorization,poisoning" doc:"learning rates of fine-tuning that are tried"`
	AdamRates         []float64 `set:"adam-rates" of:"memorization,poisoning" doc:"learning rates of fine-tuning by Adam that are tried first"`
	MomentumRates     []float64 `set:"momentum-rates" of:"poisoning" doc:"the same for fine-tuning by SGD with momentum 0.9"`
	MaxLoss           float64   `set:"max-loss" of:"memorization" doc:"points of held-out accuracy that a chosen setting may lose"`
	ExposureLoss      float64   `set:"exposure-loss" of:"memorization" doc:"the same for the variants that are to bring the exposure down"`
	TuneSample        int       `set:"tune-sample" of:"memorization" doc:"held-out windows on which that is measured; 0 = all"`
	Accuracy          int       `set:"accuracy-sample" of:"memorization" doc:"training windows on which accuracy and loss are measured; 0 = all"`
	FitSamples        int       `set:"fit-samples" of:"memorization" doc:"strings drawn for the distribution of perplexities where there are too many to rank"`
	LissaProducts     int       `set:"lissa-products" of:"memorization" doc:"Hessian products that LiSSA may take"`
	Rounds            int       `set:"rounds" of:"memorization" doc:"repetitions of second order in its repeated variant"`
	Budgets           []int     `set:"budget" of:"poisoning" doc:"labels that are flipped, of 50,000; of a smaller set as large a share"`
	Known             []float64 `set:"known" of:"poisoning" doc:"shares of the flipped labels that are known, and corrected by the request"`
	Images            int       `set:"images" of:"poisoning" doc:"training images, from the first; 0 = all"`
	Blocks            []int     `set:"blocks" of:"poisoning" doc:"channels of each block of two convolutions"`
	Dense             int       `set:"dense" of:"poisoning" doc:"width of the dense layer"`
	BlockDropout      []float64 `set:"block-dropout" of:"poisoning" doc:"share of each block's outputs that training leaves out; 0 = none, of the blocks without a value too"`
	Schedule          string    `set:"schedule" of:"poisoning" doc:"learning rate of training: constant or one-cycle"`
	AMSGrad           bool      `set:"amsgrad" of:"poisoning" doc:"train by AMSGrad in place of Adam"`
	Reestimate        int       `set:"reestimate" of:"poisoning" doc:"corrected images on which an update's batch-normalisation statistics are re-estimated; 0 = keep those of before"`
	Statistics        []string  `set:"statistics" of:"poisoning" doc:"batch-normalisation statistics with which updates are chosen and measured: re-estimated, kept (those of before), or both; SISA has those of its trainings"`
	Follow            string    `set:"follow" of:"poisoning" doc:"what the chunks of iterative methods follow: gradient, of the loss on the labels corrected so far, or difference, that which the chunk makes"`
	GradientSize      int       `set:"gradient-sample" of:"poisoning" doc:"images that this gradient is estimated from, of the chunk and of the others each; 0 = all"`
	RidgeShares       []float64 `set:"ridge-shares" of:"poisoning" doc:"ridges that are tried, in shares of the largest eigenvalue that is found"`
	ProductsGrid      []int     `set:"products-grid" of:"poisoning" doc:"numbers of products of a solve that are tried"`
	FineEpochs        []int     `set:"fine-tune-epochs" of:"memorization,poisoning" doc:"passes of fine-tuning: of memorization each is tried, of poisoning each is measured"`
	MaxFall           float64   `set:"max-fall" of:"poisoning" doc:"points of validation accuracy by which a chunk may lower it; one that lowers it more is refused"`
}

// Auto is a number, or the wish to have it chosen: written "auto".
type Auto struct {
	Value float64
	Tuned bool // Value is to be chosen
}

// aliases are other names of settings, as the paper's code has them.
var aliases = map[string]string{"rate": "tau-ft", "tau_ft": "tau-ft"}

// Keys returns the names of all settings with their meaning, in their order.
func Keys() (names, docs []string) {
	t := reflect.TypeFor[Settings]()
	for i := range t.NumField() {
		names = append(names, t.Field(i).Tag.Get("set"))
		docs = append(docs, t.Field(i).Tag.Get("doc"))
	}
	return names, docs
}

// Owners returns the experiments that alone take the setting; none where those on tables do, and others that name it in Shared.
func Owners(key string) []string {
	t := reflect.TypeFor[Settings]()
	for i := range t.NumField() {
		if of := t.Field(i).Tag.Get("of"); t.Field(i).Tag.Get("set") == key && of != "" {
			return strings.Split(of, ",")
		}
	}
	return nil
}

// Set changes one setting from its text; lists are separated by commas. An unknown key is an error that lists the known ones.
func (s *Settings) Set(key, text string) error {
	if a, ok := aliases[key]; ok {
		key = a
	}
	names, _ := Keys()
	i := slices.Index(names, key)
	if i < 0 {
		return fmt.Errorf("unknown setting %q; known: %s", key, strings.Join(names, ", "))
	}
	field := reflect.ValueOf(s).Elem().Field(i)
	v, err := parseSetting(field.Interface(), strings.TrimSpace(text))
	if err != nil {
		return fmt.Errorf("setting %s=%s: %w", key, text, err)
	}
	if words, ok := v.([]string); ok && key == "statistics" {
		renameStatistics(words)
	}
	changed := *s
	reflect.ValueOf(&changed).Elem().Field(i).Set(reflect.ValueOf(v))
	if err := changed.check(key); err != nil {
		return fmt.Errorf("setting %s=%s: %w", key, text, err)
	}
	*s = changed
	return nil
}

// Text returns a setting as Set reads it.
func (s *Settings) Text(key string) string {
	names, _ := Keys()
	i := slices.Index(names, key)
	if i < 0 {
		return ""
	}
	switch v := reflect.ValueOf(s).Elem().Field(i).Interface().(type) {
	case []int:
		parts := make([]string, len(v))
		for j, n := range v {
			parts[j] = strconv.Itoa(n)
		}
		return strings.Join(parts, ",")
	case []float64:
		parts := make([]string, len(v))
		for j, x := range v {
			parts[j] = formatNumber(x)
		}
		return strings.Join(parts, ",")
	case []string:
		return strings.Join(v, ",")
	case Auto:
		if v.Tuned {
			return "auto"
		}
		return formatNumber(v.Value)
	case float64:
		return formatNumber(v)
	default:
		return fmt.Sprint(v)
	}
}

func parseSetting(old any, text string) (any, error) {
	switch old.(type) {
	case string:
		return text, nil
	case bool:
		v, err := strconv.ParseBool(text)
		return v, notA("true or false", text, err)
	case int:
		return wholeNumber(text)
	case float64:
		return parseNumber(text)
	case Auto:
		if text == "auto" {
			return Auto{Tuned: true}, nil
		}
		v, err := parseNumber(text)
		return Auto{Value: v}, err
	case []int:
		return parseList(text, wholeNumber)
	case []float64:
		return parseList(text, parseNumber)
	case []string:
		return parseList(text, func(part string) (string, error) { return part, nil })
	}
	return nil, fmt.Errorf("no way to read a %T", old)
}

// parseList reads what stands between commas.
func parseList[T any](text string, parse func(string) (T, error)) ([]T, error) {
	var out []T
	for _, part := range strings.Split(text, ",") {
		v, err := parse(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// parseNumber reads a number, and refuses one so small that it would be read as 0.
func parseNumber(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	digits, _, _ := strings.Cut(strings.ToLower(strings.TrimLeft(text, "+-")), "p")
	if !strings.HasPrefix(digits, "0x") {
		digits, _, _ = strings.Cut(digits, "e")
	}
	if err == nil && v == 0 && strings.Trim(digits, "0x._") != "" {
		return 0, fmt.Errorf("%q is too small to be told from 0", text)
	}
	return v + 0, notA("a number", text, err) // -0 is 0
}

// notA says what a text should have been; nil where err is.
func notA(what, text string, err error) error {
	if n, ok := errors.AsType[*strconv.NumError](err); ok {
		return fmt.Errorf("%q is not %s: %w", text, what, n.Err)
	}
	return err
}

// wholeNumber reads 1000 and also 1e3.
func wholeNumber(text string) (int, error) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, nil
	}
	v, err := parseNumber(text)
	if err != nil || math.Abs(v) > 1<<53 || v != math.Trunc(v) {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	return int(v), nil
}

// allowed lists the words that textual settings may be.
var allowed = map[string][]string{
	"request":        {"features", "labels", "samples"},
	"pool":           {"sensitive", "top400", "all"},
	"curvature":      {"full", "gauss-newton"},
	"precision":      {"float32", "float64"},
	"criterion":      {"test-loss", "residual"},
	"ft-regulariser": {"whole", "share"},
	"solver":         {"cg", "minres", "lissa", "exact"},
	"sisa-vote":      {"majority", "mean"},
	"methods":        append(append(memoryMethodNames(), poisonMethodNames()...), "all"),
	"against":        {unlearn.ExactOptimum.String(), unlearn.SameMechanism.String()},
	"schedule":       {"constant", "one-cycle"},
	"follow":         {"gradient", "difference"},
	"statistics":     {reestimated, kept},
	"replace":        {"text1", "text2", "random-digits", "all"},

	"sisa-regulariser": {"share", "whole"},
}

// mayBeZero lists the numeric settings for which 0 has a meaning; the others are at least 1, or above 0.
var mayBeZero = []string{"lambda", "sigma", "test-share", "ridge", "seeds", "epochs", "products", "sigmas", "sweep-draws", "sisa-shards", "dp-sigma",
	"tune-size", "paper-tau", "paper-tau-ft",
	"characters", "held-out", "dropout", "l2", "max-loss", "exposure-loss", "sample", "tune-sample", "accuracy-sample", "images", "block-dropout", "reestimate",
	"max-fall", "gradient-sample", "cold-draws"}

// most bounds the whole numbers: beyond these a slip of the keyboard is likelier than a wish. The measured draws stay below [tuningDraw].
var most = map[string]int{
	"features": 1e9, "rows": 1e9, "points": 1e9, "tune-size": 1e9, "batch": 1e9, "batches": 1e9, "products": 1e9,
	"draws": 1e6, "seed-draws": 1e6, "tune-draws": 1e3, "seeds": 1e4, "trials": 1e8, "shards": 1e4, "growth": 1e6,
	"hidden": 1e5, "train-steps": 1e7, "epochs": 1e6, "steps": 1e3, "chunks": 1e6,
	"length": 1e3, "times": 1e6, "characters": 1e9, "window": 1e4, "embedding": 1e5, "units": 1e5, "layers": 100, "train-batch": 1e9,
	"train-epochs": 1e6, "sample": 1e9, "tau-fine": 1e3, "tune-sample": 1e9, "accuracy-sample": 1e9, "fit-samples": 1e7,
	"lissa-products": 1e6, "rounds": 1e3,
	"budget": 1e9, "images": 1e9, "blocks": 1e5, "dense": 1e6, "reestimate": 1e9, "gradient-sample": 1e9, "products-grid": 1e4, "fine-tune-epochs": 1e6,
	"sweep-draws": 1e6, "cold-draws": 1e6, "requests": 1e9, "sisa-shards": 1e4, "sisa-slices": 1e4,
}

// least holds the lower bounds that are neither 0 nor 1: a change that grows by the factor 1 never ends.
var least = map[string]int{"growth": 2}

// check says what is wrong with the value of one setting.
func (s *Settings) check(key string) error {
	names, _ := Keys()
	v := reflect.ValueOf(s).Elem().Field(slices.Index(names, key)).Interface()
	if err := checkWords(key, v); err != nil {
		return err
	}
	if x, ok := v.(float64); ok && x >= 1 && slices.Contains([]string{"test-share", "dropout", "delta", "tolerance"}, key) {
		return fmt.Errorf("must be below 1")
	}
	if twice := repeated(v); twice != "" && !slices.Contains(mayRepeat, key) {
		return fmt.Errorf("names %s twice", twice)
	}
	low := func(x float64) error {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("must be a finite number")
		}
		zero := slices.Contains(mayBeZero, key)
		switch {
		case x < 0 && zero:
			return fmt.Errorf("must be above 0, or 0")
		case x < 0 || x == 0 && !zero:
			return fmt.Errorf("must be above 0")
		}
		return nil
	}
	switch v := v.(type) {
	case int:
		return errors.Join(low(float64(v)), checkWhole(key, v))
	case float64:
		return low(v)
	case Auto:
		if v.Tuned {
			return nil
		}
		return low(v.Value)
	case []float64:
		for _, x := range v {
			switch err := low(x); {
			case err != nil:
				return err
			case x > 1 && (key == "epsilons" || key == "known"):
				return fmt.Errorf("must be at most 1")
			case x >= 1 && key == "block-dropout":
				return fmt.Errorf("must be below 1")
			}
		}
	case []int:
		for _, n := range v {
			if err := errors.Join(low(float64(n)), checkWhole(key, n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayRepeat lists the lists of numbers that say something of one layer after the other, and those of which one is taken of several alike. The
// others list what is tried or measured, once each.
var mayRepeat = []string{"hidden", "blocks", "block-dropout", "length"}

// repeated returns which number is in a list twice, "" if none is.
func repeated(v any) string {
	switch v := v.(type) {
	case []int:
		return firstRepeated(v)
	case []float64:
		return firstRepeated(v)
	}
	return ""
}

func firstRepeated[T comparable](list []T) string {
	for i, v := range list {
		if slices.Contains(list[:i], v) {
			return fmt.Sprint(v)
		}
	}
	return ""
}

// checkWords compares a text, or each of a list, with the allowed ones.
func checkWords(key string, v any) error {
	words, ok := allowed[key]
	if !ok {
		return nil
	}
	given, ok := v.([]string)
	if !ok {
		given = []string{v.(string)}
	}
	for _, w := range given {
		if !slices.Contains(words, w) {
			return fmt.Errorf("must be one of %s", strings.Join(words, ", "))
		}
	}
	return nil
}

func checkWhole(key string, n int) error {
	if high, ok := most[key]; ok && n > high {
		return fmt.Errorf("must be at most %d", high)
	}
	if n > 0 && n < least[key] {
		return fmt.Errorf("must be at least %d", least[key])
	}
	return nil
}

// formatNumber is the shortest text that reads back as v, without an exponent where that is short.
func formatNumber(v float64) string {
	if a := max(v, -v); a == 0 || a >= 1e-3 && a < 1e6 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
