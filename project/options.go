package project

import (
	"lethe/project/data"
)

// TrainOptions says what to train. Data and Out are required.
type TrainOptions struct {
	Data       string       // file or folder of the training data
	Read       data.Options // how it is read
	Test       string       // data on which the model is measured; "" = not
	TestLabels string       // file of the labels of Test, of npy, npz and idx
	Out        string       // the new folder

	Network string   // "linear", "mlp:64,64", "lstm:64", "cnn:16,32" or the path of a network.yaml; "" = linear (lstm for text, cnn for images)
	L2      *float64 // weight of the regularizer (L2/2)||theta||^2 on a sum of losses; nil = 1 for linear models, 1e-4 else
	Trainer string   // "lbfgs", "newton", "adam" or "sgd"; "" = lbfgs for convex models, adam else
	Epochs  int      // passes of adam and sgd over the data; 0 = 20
	Batch   int      // samples in a batch of adam and sgd; 0 = 32
	Rate    float64  // learning rate of adam and sgd; 0 = 1e-3
	// Schedule says how the rate of adam and sgd changes: "constant", or "one-cycle" as in
	// unlearn.OneCycle, which ends at a rate of nearly 0, so that little of the result depends on the
	// order of the samples; "" = constant.
	Schedule string
	Seed     uint64
	// Float32 computes in single precision, Float64 in double. Neither: as network.yaml says; where that
	// says nothing, in single for networks with convolutions, recurrent layers or attention, and in
	// double for linear models and perceptrons.
	Float32, Float64 bool

	Certify *Budget // publish a certified release, and keep the ledger; convex models only

	Unknown  string // what becomes of rows of Test with unknown levels, as data.Options.Unknown
	Force    bool   // replace the folder if it exists
	Resume   bool   // go on with a training that was stopped
	Progress Progress
}

// Budget is what a certificate promises of each release, beside a model that was trained again with
// the same preprocessing: see Certificate.
type Budget struct {
	Epsilon, Delta float64
}

// ImportOptions says which model from elsewhere becomes a folder. Model, Data and Out are required.
type ImportOptions struct {
	Model   string       // model.onnx, or a state_dict in safetensors
	Network string       // network.yaml of a state_dict
	Output  string       // name of the value of an ONNX graph that is the logits; "" = found
	Data    string       // the data it was trained on
	Read    data.Options // how they are read
	L2      float64      // the regularizer that it was trained with, on a sum of losses
	Out     string
	Force   bool

	Progress Progress
}

// UnlearnOptions says what a model is to forget. Model, Data and Request are required; Out too,
// except by Explain.
type UnlearnOptions struct {
	Model      string // its folder, or a file from elsewhere
	Data       string // the data it was trained on, as they were at the beginning or as they are now
	Labels     string // file of their labels, of npy, npz and idx
	Request    string // file of the request
	Out        string // the new folder
	Test       string // data on which both models are measured; "" = not
	TestLabels string // as Labels, of Test

	Method  string   // one of Methods; "" = auto
	Compare string   // "retrain": train again too, and compare; "" = not
	Certify *Budget  // convex models: publish a certified release. A certified model goes on with its own
	MaxLoss *float64 // percentage points of accuracy on kept samples that an update may lose; nil = 1
	Rate    float64  // first: length of the step; fine-tune: learning rate; 0 = chosen
	Ridge   float64  // second: added to the Hessian
	Epochs  int      // fine-tune and retrain of networks; 0 = 1 for fine-tune, as trained for retrain
	Seed    uint64

	TrustData bool   // go on with data that are not those that the model was trained on
	Unknown   string // what becomes of rows with unknown levels: data.DropUnknown, data.OtherUnknown
	ShowIDs   bool   // name ids in the evidence
	WriteData string // also write the corrected data there, as CSV
	Force     bool

	// Read, Network, Output and L2 are for a Model that is a file from elsewhere, as in
	// ImportOptions.
	Read    data.Options
	Network string
	Output  string
	L2      float64

	Progress Progress
}

// EvaluateOptions says on which data a model is measured.
type EvaluateOptions struct {
	Model    string
	Data     string
	Labels   string // file of their labels, of npy, npz and idx
	Unknown  string
	Progress Progress
}

// PredictOptions says on which data a model is asked, and where the answers go.
type PredictOptions struct {
	Model    string
	Data     string
	Unknown  string
	Out      string // CSV
	Force    bool
	Progress Progress
}
