package evidence

import (
	"errors"
	"io"
	"time"
)

// Version is that of report.json. A field that is added keeps it; one that goes, or means something
// else, raises it.
const Version = 1

// Report is what is known of an update. What was not measured stays nil.
type Report struct {
	Model    string    `json:"model"` // name of the new model's folder
	From     string    `json:"from"`  // name of the model's folder before
	Made     time.Time `json:"made"`
	Outcome  Outcome   `json:"outcome"`
	Asked    Asked     `json:"asked"`
	Touched  Touched   `json:"touched"`
	Done     Done      `json:"done"`
	Measured Measured  `json:"measured"`
	// Limits says what is not shown, besides what follows from the figures.
	Limits   []string `json:"-"`
	Repeat   Repeat   `json:"repeat"`
	Warnings []string `json:"warnings"` // no ids and no values
	History  []Past   `json:"history"`  // the requests so far, this one last

	ShowIDs  bool   `json:"ids_shown"`
	Salt     []byte `json:"-"`         // of the hashes of ids, at least 16 bytes; needed unless ShowIDs is set
	SaltKept string `json:"salt_kept"` // the file that keeps the salt
}

// Outcome says how the update ended.
type Outcome string

const (
	Updated   Outcome = "done"      // the new parameters were written
	Certified Outcome = "certified" // they carry a certificate
	Refused   Outcome = "refused"   // a check refused them; nothing was written
	Planned   Outcome = "planned"   // a dry run
)

// Asked is the request.
type Asked struct {
	File     string    `json:"file"` // its name without folder
	Hash     string    `json:"hash"` // salted
	Changes  []Change  `json:"changes"`
	Subjects []Subject `json:"subjects"` // the samples that it names
}

// Change is one kind of change and how much of it was asked.
type Change struct {
	Kind  string   `json:"kind"`            // "remove samples", "forget columns", "correct cells", "correct labels", "replace text"
	Count int      `json:"count"`           //
	Names []string `json:"names,omitempty"` // of columns
}

// Subject is a sample that the request names.
type Subject struct {
	ID     string `json:"id,omitempty"` // hashed when it is written, unless the report shows ids
	Row    int    `json:"row"`          // counted from 0 in the data file
	Change string `json:"change"`       // "removed", "corrected", "label corrected"
}

// Touched is what the request changes in the data.
type Touched struct {
	Rows    int      `json:"rows"`    // samples that change or go
	Of      int      `json:"of"`      // samples of the data before
	Share   float64  `json:"share"`   // rows / of
	Cells   int      `json:"cells"`   // cells that change in samples that stay
	Columns []string `json:"columns"` // forgotten columns
	Spans   int      `json:"spans"`   // places of the text that are replaced
}

// Done is what was done to the model.
type Done struct {
	Method         string    `json:"method"` // in words: "second order, conjugate gradients"
	Why            string    `json:"why"`    // why this method and these settings
	Settings       []Setting `json:"settings"`
	Seconds        float64   `json:"seconds"`    // of the update, choosing included
	Parameters     int       `json:"parameters"` // of the model
	Change         *float64  `json:"change"`     // norm of the change of the parameters, relative to their norm before
	ResidualBefore *float64  `json:"residual_before"`
	ResidualAfter  *float64  `json:"residual_after"`
	// ResidualTrained is what training left on the data before the request.
	ResidualTrained *float64 `json:"residual_trained"`
	Notes           []string `json:"notes"`      // what the method has to say
	Reason          string   `json:"reason"`     // of a refusal
	Next            string   `json:"next"`       // what to do after a refusal
	Estimated       bool     `json:"estimated"`  // Seconds is an estimate, as in a dry run
	Statistics      string   `json:"statistics"` // what became of running statistics; empty = the model has none
}

// Setting is a setting of the method.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Measured is what was measured of the model before and after.
type Measured struct {
	Figures     []Figure     `json:"figures"`
	Retraining  *Retraining  `json:"retraining"`  // nil = it was not compared
	Certificate *Certificate `json:"certificate"` // nil = there is none
}

// Figure is a number before and after the update.
type Figure struct {
	Name      string   `json:"name"` // "accuracy on the test data"
	Unit      string   `json:"unit"` // "share", "s", "nat", "" = a pure number
	Before    *float64 `json:"before"`
	After     *float64 `json:"after"`
	Retrained *float64 `json:"retrained"`
	Samples   int      `json:"samples"` // that it was measured on
}

// Retraining compares the update with training from the start on the corrected data.
type Retraining struct {
	Agreement *float64 `json:"agreement"` // share of the test samples that get the same answer
	Samples   int      `json:"samples"`
	Distance  *float64 `json:"distance"` // of the parameters, relative to that without an update
	Seconds   float64  `json:"seconds"`  // of the retraining
	Ratio     float64  `json:"ratio"`    // seconds of the update / seconds of the retraining
}

// Certificate is what a release guarantees.
type Certificate struct {
	Epsilon  float64 `json:"epsilon"`
	Delta    float64 `json:"delta"`
	Noise    float64 `json:"noise"`    // standard deviation of the noise of a parameter
	Releases int     `json:"releases"` // so far
	Together float64 `json:"together"` // epsilon of all releases together
	Residual float64 `json:"residual"` // sum of what all updates left, that the noise has to cover
	Allowed  float64 `json:"allowed"`  // the largest such sum
	Against  string  `json:"against"`  // what a release is compared with
}

// Repeat says how to make the same update again.
type Repeat struct {
	Command string `json:"command"`
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Seed    uint64 `json:"seed"`
	Go      string `json:"go"`
	System  string `json:"system"` // "linux/amd64"
	Cores   int    `json:"cores"`
	BLAS    string `json:"blas"`
	Files   []File `json:"files"`
}

// File is a file that the update read or wrote.
type File struct {
	Role   string `json:"role"`   // "data", "request", "test", "model before", "model after"
	Name   string `json:"name"`   // without folder
	SHA256 string `json:"sha256"` // of a request: salted
	Bytes  int64  `json:"bytes"`
}

// Past is an earlier command of the model's history.
type Past struct {
	Number  int       `json:"number"`
	Time    time.Time `json:"time"`
	Kind    string    `json:"kind"` // "train", "import", "unlearn"
	Method  string    `json:"method"`
	Request string    `json:"request"` // salted hash; "" of trainings
	Changes string    `json:"changes"` // in words: "3 samples removed"
	After   *float64  `json:"residual_after"`
}

// Write writes report.html and report.json into a folder.
func Write(dir string, r *Report) error { return errors.New("evidence: not written yet") }

// Summary writes the report for a terminal of so many columns.
func (r *Report) Summary(w io.Writer, width int, color bool) error {
	return errors.New("evidence: not written yet")
}
