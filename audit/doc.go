// Package audit asks whether an updated model can be told from a model that was trained again
// without the forgotten data. It works on any classifier, whoever made it: it needs the logits of
// the models only, in memory ([Evaluate]) or in files ([ReadLogits]).
//
//	report, err := audit.Run(ctx, audit.Models{Old: old, Updated: updated, Retrained: retrained},
//		audit.Samples{Labels: labels, Forget: removed, Retain: kept, Validation: unseen},
//		audit.Options{})
//	if err != nil {
//		return err
//	}
//	fmt.Println(report.Verdict)
//
// Some of the retrained models are held out and audited as if they were the updated ones. A finding
// that the held-out models fail is void: see [Finding]. docs/howto/audit.md says how to read the
// findings, and what they do not show.
//
// The types in groups:
//
//   - questions: [Models], [Samples], [Options], [Run];
//   - answers: [Report], [Finding], [Omission], [Verdict], [Band];
//   - numbers per sample: [Logits], [Margins], [KLOM], [Epsilons], [ULiRA], [Strata];
//   - numbers per model: [TugOfWar], [Confusion], [Relearning], [Canaries], [TwoCheckpoint];
//   - planted noise, for requests of features: [Plant], [GUS], [AuditGUS]; a
//     nets.Model has InputGradients.
package audit
