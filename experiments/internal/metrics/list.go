package metrics

// Units that several metrics share.
var (
	pure    = []string{"1"}
	share   = []string{"share"}
	seconds = []string{"s"}
	nat     = []string{"nat"}
	bit     = []string{"bit"}
)

// all are the metrics. An experiment that records another one adds its line here;
// TestEveryRecordIsDocumented and TestEveryMetricInTheSourcesIsDocumented fail without it.
var all = []Metric{
	// How near to retraining, and how good the model is.
	{"gradient-residual", pure, Result, Smaller, true, "norm of the gradient of the whole objective on the corrected data, ||grad L(theta'; D')||; 0 at an optimum"},
	{"test-accuracy", share, Result, Larger, false, "share of the test samples that are classified correctly"},
	{"validation-accuracy", share, Check, Larger, false, "the same share of the half of the test images on which settings are chosen; for the trigger every second one has the patch"},
	{"test-loss", nat, Result, Smaller, true, "mean loss of a test sample"},
	{"loss-difference", nat, Result, Neither, false, "mean test loss after the update less that of the model before it"},
	{"loss-distance", nat, Result, Smaller, true, "absolute difference of the mean test losses of the update and of retraining"},
	{"sample-loss-distance", nat, Result, Smaller, true, "mean over the test samples of the absolute difference of a sample's losses under the update and under retraining"},
	{"agreement", share, Result, Larger, false, "share of the test samples that get the same class from the update and from retraining"},
	{"parameter-distance", pure, Result, Smaller, true, "Euclidean distance of the parameters from those of retraining"},
	{"distance-ratio", pure, Result, Smaller, true, "distance of the parameters from those of retraining, divided by that distance without an update"},
	{"limit", []string{"features", "rows"}, Result, Larger, true, "first size of the change at which second order is no longer near retraining; where `reached` is false, the largest size that was tried"},
	{"macro-f1", pure, Result, Larger, false, "mean over the classes of their F1 scores on the test samples"},
	{"failed", pure, Check, Neither, false, "1: the method gave no result in this draw; `reason` says why, and no other metric is recorded"},

	// What a request touches.
	{"affected-share", share, Result, Neither, false, "share of the training samples that the request changes"},
	{"all-shards-hit", share, Result, Neither, false, "probability that every shard holds an affected point, by the formula or by simulation (`source`)"},

	// Costs.
	{"seconds", seconds, Cost, Smaller, true, "wall-clock time of the method, its trust check included; of a training or a solve its own time"},
	{"check-seconds", seconds, Cost, Smaller, true, "the part of `seconds` that the trust check took"},
	{"gradients", []string{"sample gradients"}, Cost, Smaller, true, "gradients of single samples that the method computed, without its trust check"},
	{"hvps", []string{"sample products"}, Cost, Smaller, true, "Hessian-vector products of single samples that the method computed, without its trust check"},
	{"products", []string{"1", "Hessian products"}, Cost, Smaller, true, "in `solvers` the Hessian products of the solve; in `certified` and `budget` gradients and products together, in passes over the data"},
	{"speed-up", pure, Cost, Larger, true, "seconds of cold retraining in the same draw, divided by those of the method"},
	{"speed-up-warm", pure, Cost, Larger, true, "seconds of warm retraining in the same draw, divided by those of the method"},
	{"seconds-with-choosing", seconds, Cost, Smaller, true, "`seconds` and the time that the choice of the method's settings took"},
	{"seconds-with-criterion", seconds, Cost, Smaller, true, "the same and the time of the retrainings that the criterion of the choice needed"},
	{"factor-seconds", seconds, Cost, Smaller, true, "time to compute the factor of the Hessian that is stored beforehand"},
	{"choosing-seconds", seconds, Cost, Smaller, true, "time that the choice of the method's settings took"},
	{"criterion-seconds", seconds, Cost, Smaller, true, "time of the retrainings that the criterion of the choice needed"},
	{"tuning-seconds", seconds, Cost, Smaller, true, "time to score the settings that were tried for the method"},
	{"try-seconds", seconds, Cost, Smaller, true, "time of one try of fine-tuning"},
	{"training-seconds", seconds, Cost, Smaller, true, "time of the first training, on the data before any request"},
	{"retrain-seconds", seconds, Cost, Smaller, true, "time of one retraining from the start on what the stream left"},
	{"warm-seconds", seconds, Cost, Smaller, true, "time of retraining by Newton's method from the state before the last request"},
	{"cold-seconds", seconds, Cost, Smaller, true, "time of retraining from the initial parameters"},
	{"warm-passes", pure, Cost, Smaller, true, "gradients and products of that warm retraining, in passes over the data"},
	{"cold-passes", pure, Cost, Smaller, true, "gradients and products of that cold retraining, in passes over the data"},
	{"seconds-per-request", seconds, Cost, Smaller, true, "time of the stream divided by its requests"},
	{"requests-per-second", []string{"1/s"}, Cost, Larger, true, "the inverse of `seconds-per-request`"},
	{"epochs", pure, Fact, Neither, false, "passes of a training over its data"},
	{"file-size", []string{"byte"}, Fact, Neither, false, "size of the file of trained parameters"},

	// Trainings, solves and spectra.
	{"trained-residual", pure, Check, Smaller, true, "gradient norm at which the training of the model ended, on the data before the change"},
	{"solve-residual", pure, Check, Smaller, true, "relative residual of the worst solve of the update, ||b - Ax|| / ||b||; 1 is that of x = 0"},
	{"solve-difference", pure, Check, Smaller, true, "distance of a solver's solution from a nearly exact one, relative to the norm of that one"},
	{"own-residual", pure, Check, Smaller, true, "relative residual of one solve on the samples that its matrix is estimated from"},
	{"independent-residual", pure, Check, Smaller, true, "relative residual of the same solve on samples drawn once more"},
	{"trace-residual", pure, Detail, Smaller, true, "relative residual of a solve after so many products (`after-products`)"},
	{"largest-eigenvalue", pure, Fact, Neither, true, "largest eigenvalue of the Hessian on the corrected data, by Lanczos' method"},
	{"smallest-eigenvalue", pure, Fact, Neither, true, "smallest eigenvalue of the same Hessian"},
	{"condition-number", pure, Fact, Neither, true, "`largest-eigenvalue` divided by `smallest-eigenvalue`"},

	// Certificates.
	{"certified-share", share, Result, Larger, false, "1 where the request was certified in this draw, 0 where it was not; their mean is the share"},
	{"noise", pure, Result, Smaller, true, "standard deviation of the noise in each published parameter"},
	{"accuracy-difference", share, Result, Smaller, false, "absolute difference of the test accuracies of the release and of retraining without noise"},
	{"bound", pure, Check, Smaller, true, "bound of the certificate on the gradient residual, computed from the data"},
	{"worst-case-bound", pure, Check, Smaller, true, "bound on the same residual that holds for any data"},
	{"bound-holds", share, Check, Larger, false, "1 where residual <= bound <= worst-case bound, otherwise 0"},
	{"sweep-gradient-residual", pure, Detail, Smaller, true, "`gradient-residual` at another sigma (`sweep-sigma`)"},
	{"sweep-test-accuracy", pure, Detail, Larger, false, "`test-accuracy` at that sigma, a share"},
	{"sweep-macro-f1", pure, Detail, Larger, false, "`macro-f1` at that sigma"},
	{"requests-certified", []string{"requests"}, Result, Larger, true, "requests of the stream that were certified"},
	{"epsilon-together", pure, Result, Smaller, true, "epsilon that holds for all releases of the stream together"},
	{"accuracy", share, Result, Larger, false, "test accuracy of the last release of the stream"},
	{"retrained-accuracy", share, Result, Larger, false, "test accuracy of the model retrained on what the stream left"},
	{"state-distance", pure, Check, Smaller, true, "distance of the kept state, before noise, from the retrained parameters"},
	{"allowed-distance", pure, Check, Neither, true, "largest distance that the certificate allows between the two"},
	{"budget-spent", share, Result, Neither, false, "gradient residual in the account at the end of the stream, as a share of what the budget allows"},
	{"ended-by-budget", share, Result, Neither, false, "1 where the budget ended the stream, 0 where its requests did"},
	{"accuracy-before", share, Result, Larger, false, "test accuracy of the model before the stream"},
	{"accuracy-after", share, Result, Larger, false, "test accuracy of the model after the stream"},
	{"majority-accuracy", share, Fact, Neither, false, "test accuracy of always answering the most frequent class"},
	{"macro-f1-after", pure, Result, Larger, false, "`macro-f1` of the model after the stream"},
	{"sum-error", pure, Check, Smaller, false, "largest relative error of a total in the account against the sum of its entries"},
	{"exact-excess", pure, Check, Smaller, false, "largest amount by which the exact residual exceeded the total in the account; at most 0 where the account holds"},
	{"ledger-total", pure, Detail, Neither, true, "total in the account after so many requests (`after-requests`)"},
	{"exact-residual", pure, Detail, Neither, true, "exact gradient residual after so many requests"},
	{"bound-total", pure, Detail, Neither, true, "sum of the data-dependent bounds after so many requests"},
	{"next-total", pure, Detail, Neither, true, "total that the first refused request would have led to"},

	// Memorization.
	{"log2-perplexity", bit, Result, Neither, false, "log2-perplexity of the secret after its prompt"},
	{"log2-perplexity-distance", bit, Result, Smaller, false, "absolute difference of that from the value after retraining"},
	{"exposure", bit, Result, Smaller, false, "exposure of the secret in a space of strings; `by` says how it is known, and values of different kinds are never compared"},
	{"below-median", bit, Result, Neither, false, "how far the secret's log2-perplexity lies below the median of strings from the space"},
	{"completion-match", share, Result, Smaller, false, "share of the secret's characters that the model writes after the prompt, from the first to the first wrong one"},
	{"held-out-accuracy", share, Result, Larger, false, "share of the held-out windows whose next character is guessed"},
	{"held-out-loss", nat, Result, Smaller, true, "mean loss of a held-out window"},
	{"points-lost", []string{"points"}, Result, Smaller, false, "held-out accuracy before the update less that after it, in percentage points"},
	{"train-accuracy", share, Result, Larger, false, "share of the windows of the (corrected) training text whose next character is guessed"},
	{"train-loss", nat, Result, Smaller, true, "mean loss of such a window"},
	{"other-prompts-match", share, Result, Smaller, false, "the same after windows that begin with other text and end as the prompt does: the largest share of `prompts` tries"},
	{"two-checkpoint-exposure", bit, Result, Neither, false, "log2 of the drawn strings and the secret minus log2 of the secret's rank by the rise of log2-perplexity from the trained model: what both models tell"},
	{"strings-spread", bit, Detail, Neither, false, "standard deviation of the log2-perplexities of strings from the space"},
	{"perplexity-histogram", []string{"strings"}, Detail, Neither, false, "number of strings whose log2-perplexities are counted in `counts`"},
	{"windows", pure, Fact, Neither, false, "windows of the training text"},
	{"vocabulary", pure, Fact, Neither, false, "characters that the model knows"},
	{"places", pure, Fact, Neither, false, "places of the training text at which the secret stands"},
	{"parameters", pure, Fact, Neither, false, "parameters of the network"},

	// Poisoning.
	{"restored-share", share, Result, Larger, false, "recovered test accuracy as a share of what the flipped labels cost: 0 is the network before the update, 1 the one trained on the true labels"},
	{"poison-learned", share, Result, Smaller, false, "share of the wrong labels that the network predicts"},
	{"harmed-accuracy", share, Result, Larger, false, "test accuracy on the images on which wrong labels do harm: all for pairs, those of the two classes for confusion, those of other classes than the target with the patch for trigger"},
	{"recovered-share", share, Result, Larger, false, "recovered `harmed-accuracy` as a share of what the wrong labels cost: 0 is the network before the update, 1 the mean of the band of retrainings on the true labels"},
	{"confused", []string{"images"}, Result, Smaller, false, "test images of one of the two confused classes that are taken for the other (Fgt)"},
	{"trigger-success", share, Result, Smaller, false, "share of the test images of other classes than the target that get the target label once they have the patch"},
	{"confusion", []string{"images"}, Detail, Neither, false, "number of test images, whose predictions `counts` and `right` hold"},
	{"chunk-accuracy", []string{"points"}, Detail, Larger, false, "validation accuracy after a chunk of an iterative method, in percent"},
	{"images", pure, Fact, Neither, false, "training images"},

	// Test and choice.
	{"test-samples", []string{"samples"}, Fact, Neither, false, "test samples that were measured on"},
	{"choice-samples", []string{"samples"}, Fact, Neither, false, "test samples on which settings were chosen; none of them is measured on"},
	{"tuning-criterion", []string{"1", "nat"}, Choice, Smaller, true, "what the choice minimizes, of the value that was tried (`tried`, `value`); of the method `none` without an update"},
	{"chosen-tau", pure, Choice, Neither, false, "chosen step length of first-order"},
	{"chosen-tau-ft", pure, Choice, Neither, false, "chosen learning rate of fine-tuning"},
	{"chosen-epochs", pure, Choice, Neither, false, "chosen passes of fine-tuning"},
	{"chosen-ridge", pure, Choice, Neither, false, "chosen ridge of second-order"},
	{"try", []string{"bit", "points"}, Choice, Neither, false, "score of a setting that was tried: in `memorization` the distance of the secret's log2-perplexity from the median of other strings, in `poisoning` and `correct` the validation accuracy in percent"},
	{"try-failed", pure, Choice, Neither, false, "1: the setting that was tried gave no result; `reason` says why"},
	{"chosen", bit, Choice, Neither, false, "score of the chosen setting"},
	{"taken", pure, Choice, Neither, false, "chosen learning rate of fine-tuning, or value of the one setting of a baseline that was tuned"},
}
