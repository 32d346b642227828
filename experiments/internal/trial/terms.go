package trial

import "lethe/experiments/internal/report"

// Terms name the rows of all experiments in words.
var Terms = []report.Term{
	{Label: "none", Name: "no update", Meaning: "the trained model, as it was before the request"},
	{Label: "none (before)", Name: "no update (before)", Meaning: "the trained model, as it was before the request"},
	{Label: "dp", Name: "noise only (DP)", Meaning: "a model trained with noise in its objective, and not updated"},
	{Label: "occlusion", Name: "occlusion", Meaning: "the weights of the removed features are set to zero"},
	{Label: "fine-tune", Name: "fine-tuning", Meaning: "gradient descent on the corrected data, from the trained model", Counts: "passes"},
	{Label: "fine-tune, the paper's rate", Name: "fine-tuning, the paper's rate", Meaning: "one pass of fine-tuning at the paper's rate, which was not tuned here"},
	{Label: "fine-tune-adam", Name: "fine-tuning, Adam", Meaning: "fine-tuning by the optimizer of the training", Counts: "passes"},
	{Label: "fine-tune-momentum", Name: "fine-tuning, momentum", Meaning: "fine-tuning by gradient descent with momentum", Counts: "passes"},
	{Label: "fine-tune-exposure", Name: "fine-tuning, for exposure", Meaning: "fine-tuning that may lose more accuracy, to bring the secret nearer to other strings"},
	{Label: "first-order", Name: "first order", Meaning: "one step along the difference of the gradients before and after the correction, of a tuned length"},
	{Label: "first-order, the paper's tau", Name: "first order, the paper's tau", Meaning: "first order with the paper's step length, which was not tuned here"},
	{Label: "first-order-iterative", Name: "first order, in chunks", Meaning: "first order, the request divided into chunks"},
	{Label: "first-order-matched", Name: "first order, matched", Meaning: "first order, as far as second order raises the secret's perplexity"},
	{Label: "first-order-last", Name: "first order, last layer", Meaning: "first order on the last layer alone"},
	{Label: "first-order-iterative-last", Name: "first order, in chunks, last layer", Meaning: "first order on the last layer alone, in chunks"},
	{Label: "second-order", Name: "second order", Meaning: "one Newton step: the difference of the gradients, multiplied by the inverse Hessian"},
	{Label: "second-order, factor stored", Name: "second order, stored factor", Meaning: "second order with a factor of the Hessian that was stored before the request"},
	{Label: "second-order-iterative", Name: "second order, in chunks", Meaning: "second order, the request divided into chunks"},
	{Label: "second-order-repeated", Name: "second order, repeated", Meaning: "several steps of second order"},
	{Label: "second-order-exposure", Name: "second order, for exposure", Meaning: "second order that may lose more accuracy, to bring the secret nearer to other strings"},
	{Label: "second-order-lissa", Name: "second order, LiSSA", Meaning: "second order with LiSSA as its solver"},
	{Label: "second-order-soft", Name: "second order, soft labels", Meaning: "second order towards the model's own distributions with the digits spread evenly"},
	{Label: "distill", Name: "self-distillation", Meaning: "steps towards the model's own distributions with the digits spread evenly"},
	{Label: "distill-lead", Name: "self-distillation, lead bounded", Meaning: "the same, with a force while the secret is likelier than the mean of other strings"},
	{Label: "second-order-published", Name: "second order, as published", Meaning: "the paper's recursion with its numbers"},
	{Label: "second-order-last", Name: "second order, last layer", Meaning: "second order on the last layer alone"},
	{Label: "second-order-iterative-last", Name: "second order, in chunks, last layer", Meaning: "second order on the last layer alone, in chunks"},
	{Label: "sisa", Name: "SISA", Meaning: "the data is divided into shards, each with a model of its own. Only the shards that a request touches are retrained. The models vote", Counts: "shards"},
	{Label: "retrain", Name: "retraining", Meaning: "training on the corrected data from the initial parameters: what unlearning is measured against"},
	{Label: "retrain, warm (Newton)", Name: "retraining, warm (Newton)", Meaning: "training on the corrected data from the trained model, by Newton's method"},
	{Label: "retrain, warm", Name: "retraining, warm", Meaning: "training on the corrected data from the trained model"},
	{Label: "retrain, cold", Name: "retraining, cold", Meaning: "training on the corrected data from the initial parameters"},
	{Label: "retrain, cold, other starts", Name: "retraining, cold, other starts", Meaning: "the same from other initial parameters: what retraining itself leaves open"},
	{Label: "output-perturbation", Name: "certified release", Meaning: "Newton steps to a fixed residual, and fresh noise on the result"},
	{Label: "majority class", Name: "majority class", Meaning: "always the most frequent class"},
}

// Name returns a label in words.
func Name(label string) string { return report.Named(Terms, label) }
