package metrics

const (
	text    = "string"
	number  = "number"
	boolean = "boolean"
)

// tags are the keys of a record's settings. An experiment that writes another one adds its line
// here; TestEveryRecordIsDocumented fails without it.
var tags = []Tag{
	// What was changed, and what was measured.
	{"features", number, "columns that the request removes", Divides, nil},
	{"rows", number, "rows whose features or labels the request corrects, or which it removes", Divides, nil},
	{"request", text, "what is unlearned: features, labels or samples", Describes, nil},
	{"kind", text, "what the requests of a stream change: features, samples or labels", Divides, nil},
	{"wrong", text, "kind of wrong labels in `correct`: pairs, confusion or trigger", Divides, nil},
	{"budget", number, "labels to flip, or to make wrong in another way, of 50,000", Divides, nil},
	{"flips", number, "labels that are wrong: the same share of the images at hand", Describes, nil},
	{"known", number, "share of the wrong labels that the request corrects", Divides, nil},
	{"statistics", text, "batch-normalization statistics after the update: re-estimated or kept", Divides, nil},
	{"length", number, "characters of the secret", Divides, nil},
	{"replace", text, "what the secret becomes: text1, text2 or random-digits", Divides, nil},
	{"replacement", text, "that text; absent where it is drawn for each place", Describes, nil},
	{"secret", text, "the secret; [masked] for a secret of the user's own, without --show-secret", Describes, nil},
	{"prompt", text, "the text before the secret, masked like it", Describes, nil},
	{"inserted", boolean, "whether the secret was put into the text, rather than found there", Describes, nil},
	{"space", text, "strings among which exposure is measured: digits, or all over the alphabet", Divides, nil},
	{"stage", text, "before: the trained model; after: the updated one; clean: trained on the true labels; band: the same with other seeds", Divides, nil},
	{"points", number, "affected points", Divides, nil},
	{"shards", number, "shards of SISA", Divides, []string{"sharding"}},
	{"source", text, "formula or simulation", Divides, nil},
	{"lambda", number, "L2 regularizer", Divides, nil},
	{"sigma", number, "standard deviation of the random linear term in the training objective; in rows of `dp` that of the noise in the objective", Divides, []string{"sigma"}},
	{"sweep-sigma", number, "the sigma of a sweep", Divides, nil},
	{"after-requests", number, "requests of the stream so far", Divides, nil},
	{"after-products", number, "Hessian products of the solve so far", Divides, nil},
	{"images", number, "images that were measured on", Describes, nil},
	{"windows", number, "windows that were measured on", Describes, nil},
	{"standard-error", number, "standard error of the value over those windows", Describes, nil},

	// Which of a method's rows.
	{"start", text, "start of a retraining: warm (the trained parameters) or cold (new ones)", Divides, nil},
	{"trainer", text, "how a retraining trains, where it is not as the first training: newton", Divides, nil},
	{"settings", text, "paper: the method has the paper's settings instead of chosen ones", Divides, nil},
	{"factor", text, "stored: second order uses the factor of the Hessian that was computed beforehand", Divides, nil},
	{"init-seed", number, "number of a further retraining of the same draw, from other initial parameters; in `correct` in another order too", Repeats, nil},

	// Settings of the method.
	{"tau", number, "step length of first-order", Describes, nil},
	{"tau-ft", number, "learning rate of fine-tuning, or value of the one setting of a baseline that is tuned", Describes, nil},
	{"epochs", number, "passes of fine-tuning", Describes, nil},
	{"ridge", "number; in `memorization` string", "ridge of second-order; a comma between the steps of several", Describes, nil},
	{"ridge-share", number, "ridge as a share of the largest eigenvalue in the Krylov space", Describes, nil},
	{"step", "number; in `memorization` string", "step length of second-order; a comma between the steps of several", Describes, nil},
	{"scale", number, "scale of LiSSA; of a histogram, scale of the fitted skew-normal distribution", Describes, nil},
	{"curvature", text, "full or gauss-newton", Describes, nil},
	{"solver", text, "solver of the linear systems", Divides, []string{"solvers"}},
	{"steps", number, "consecutive second-order steps; of self-distillation: steps of Adam", Describes, nil},
	{"prompts", number, "of `other-prompts-match`: how many prompts were tried", Describes, nil},
	{"chunks", number, "parts into which an iterative method divides the request", Describes, nil},
	{"slices", number, "slices of each shard of SISA", Describes, nil},
	{"vote", text, "how the models of SISA are combined: majority or mean", Describes, nil},
	{"sisa-regularizer", text, "regularizer in each shard of SISA: share or whole (in records of version 1 also `sisa-regulariser`)", Describes, nil},
	{"goal", number, "value of second order that first-order-matched was to reach", Describes, nil},

	// How it went.
	{"forced", text, "why the trust check would have refused the update, which was measured anyway", Describes, nil},
	{"reason", text, "why there is no result", Describes, nil},
	{"error", text, "error of a solver that did not reach its tolerance", Describes, nil},
	{"reached", boolean, "whether the solver reached its tolerance; of `limit`, whether the limit was reached", Describes, nil},
	{"note", text, "what the method reports of itself", Describes, nil},
	{"solve", number, "which of the update's solves, from 1", Divides, nil},
	{"products", number, "Hessian products of the solve", Describes, nil},
	{"chosen", text, "what the solver chose for itself", Describes, nil},
	{"chunk", number, "which chunk of an iterative method, from 1; 0 = before the first", Divides, nil},
	{"taken", boolean, "whether the chunk was kept, or the try chosen", Describes, nil},
	{"near", number, "share of the distance without an update up to which second order counts as near", Describes, nil},

	// Choosing.
	{"tried", text, "name of the setting that was tried", Divides, []string{"tuning-criterion"}},
	{"value", number, "its value", Divides, []string{"tuning-criterion"}},
	{"tune-size", number, "size of the change on which settings were chosen", Divides, nil},
	{"by", text, "of `exposure`: exact (by rank), skew-normal (a fit, within its samples) or skew-normal, extrapolated; of a method that takes the best fine-tuning: which one", Divides, []string{"exposure"}},
	{"within", boolean, "whether the chosen setting loses no more accuracy than it may", Describes, nil},
	{"log2-perplexity", number, "of a try: log2-perplexity of the secret", Describes, nil},
	{"below-median", number, "of a try: how far that lies below the median of other strings, in bit", Describes, nil},
	{"completion-match", number, "of a try: share of the secret that is completed", Describes, nil},
	{"points-lost", number, "of a try: accuracy that is lost, in percentage points", Describes, nil},
	{"exposure", number, "of a try: exposure, in bit (former runs only)", Describes, nil},

	// Exposure and its distribution.
	{"space-bits", number, "log2 of the number of strings in the space", Describes, nil},
	{"rank", number, "rank of the secret among all strings of the space, from 1", Describes, nil},
	{"ties", number, "other strings with the secret's log2-perplexity", Describes, nil},
	{"at-least", number, "exposure that the drawn strings prove, in bit", Describes, nil},
	{"strings-below", number, "drawn strings with a lower log2-perplexity than the secret's", Describes, nil},
	{"fit-bits", number, "exposure by the fitted distribution, in bit", Describes, nil},
	{"fit-distance", number, "Kolmogorov-Smirnov distance of the fit from the drawn strings", Describes, nil},
	{"fit-p", number, "p-value of that distance", Describes, nil},
	{"fit-strings", number, "strings that were drawn for the fit", Describes, nil},
	{"from", number, "left end of the histogram, in bit", Describes, nil},
	{"width", number, "width of one bar, in bit", Describes, nil},
	{"counts", text, "of a histogram: counts of the bars, divided by commas; of `confusion`: a row for each class, divided by semicolons, with counts of the predicted classes, divided by commas", Describes, nil},
	{"location", number, "location of the fitted skew-normal distribution, in bit", Describes, nil},
	{"shape", number, "shape of that distribution", Describes, nil},
	{"classes", text, "names of the classes, divided by semicolons", Describes, nil},
	{"right", text, "which test images are classified correctly, as bits in base64", Describes, nil},
	{"completion", text, "what the model writes after the prompt; absent for a text or a secret of the user's own, without --show-secret", Describes, nil},
}
