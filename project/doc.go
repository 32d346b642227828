// Package project keeps a trained model in a folder, with all that is needed to make it forget:
// train, unlearn, explain, evaluate, predict, inspect and verify, as the command lethe offers them.
//
//	trained, err := project.Train(ctx, project.TrainOptions{Data: "train.csv", Read: data.Options{Label: "income", ID: "id"}, Out: "model"})
//	if err != nil {
//		return err
//	}
//	done, err := project.Unlearn(ctx, project.UnlearnOptions{Model: "model", Data: "train.csv", Request: "request.yaml", Out: "model-2"})
//	if err != nil {
//		return err
//	}
//	fmt.Println(done.Dir, done.Report.Done.Method)
//
// A model's folder holds
//
//   - model.safetensors or model.onnx: the parameters;
//   - network.yaml: layers, loss and how it was trained;
//   - data.yaml: columns, kinds, categories, scaling, label and class names, and the fingerprint of
//     the training data;
//   - changes.json: what earlier requests made of the training data, without a forgotten value; ids
//     are hashed with the salt;
//   - history.jsonl: a line for each command that made the model, each hashed with the one before;
//   - report.html and report.json: the evidence of the last request;
//   - secret.salt: what the hashes of requests and ids are salted with; keep it to yourself;
//   - certificate/: of certified models, the ledger of package unlearn.
//
// A folder is never changed once it is there. Each request makes a new one.
package project
