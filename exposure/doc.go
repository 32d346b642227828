// Package exposure measures what a model of the next token remembers of a secret: its
// log-perplexity, its completion and its exposure (Carlini et al. 2019, The Secret Sharer;
// docs/paper.md#unintended-memorization).
//
//	probe := &exposure.Probe{Model: model, Length: 14, Vocabulary: vocabulary.Size()}
//	probe.Prompt, probe.Secret = prompt, secret
//	space := exposure.Space{Name: "digits", Alphabet: vocabulary.Digits()}
//	e, err := probe.Exposure(ctx, theta, space, exposure.Options{})
//	if err != nil {
//		return err
//	}
//	fmt.Printf("%.1f of %.1f bits (%s)\n", e.Bits, e.SizeBits, e.Method)
//
// The types in groups:
//
//   - questions: [Probe] with a [Predictor], the [Space] of candidates, [Options];
//   - answers: [Exposure], and [Fit] where it was estimated from samples; [ProvenBits] is what
//     samples prove without a distribution;
//   - the fitted distribution: [SkewNormal], [FitSkewNormal].
//
// A nets.Model is a [Predictor], and so is anything else that gives logits for windows of tokens:
// the package knows no networks and no unlearning.
package exposure
