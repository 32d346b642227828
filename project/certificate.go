package project

import (
	"context"
	"crypto/hmac"
	crypto "crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/unlearn"
)

// noiseName is the key of the noise of releases, in the folder of the ledger.
const noiseName = "noise.key"

// mechanism returns what draws certified releases. Its noise follows from a secret key and the data
// that the release is made of. So a request that is carried out twice, from one folder into two,
// gives the same noise twice: a second draw of the same state would let the noise be averaged out.
func mechanism(b Budget, key []byte, data *datasets.Dataset) unlearn.OutputPerturbation {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "lethe release %g %g %s", b.Epsilon, b.Delta, datasets.Fingerprint(data))
	return unlearn.OutputPerturbation{Epsilon: b.Epsilon, Delta: b.Delta, Rand: rand.New(rand.NewChaCha8([32]byte(h.Sum(nil))))}
}

// openStream trains a certified model, begins its ledger in the draft and returns the release.
func (m *Model) openStream(ctx context.Context, d *draft, b Budget, p *unlearn.Problem, start []float64) ([]float64, *Certificate, error) {
	if err := m.certifiable(); err != nil {
		return nil, nil, err
	}
	dir := d.path(ledgerName)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, nil, err
	}
	key := make([]byte, 32)
	if _, err := crypto.Read(key); err != nil {
		return nil, nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, noiseName), key, 0o600); err != nil {
		return nil, nil, err
	}
	s, err := mechanism(b, key, p.Train).Open(ctx, p, start, dir)
	if err != nil {
		return nil, nil, err
	}
	return s.Latest().Theta, certificateOf(s), s.Close()
}

// certifiable says why no certificate is to be had for the model.
func (m *Model) certifiable() error {
	err := m.convex()
	if err == nil {
		_, _, err = m.Objective.LossSmoothness()
	}
	if err != nil {
		return &RefusedError{Reason: "there is no certificate for this model: " + err.Error(), Next: "train a linear model with L2 above 0 in double precision", err: err}
	}
	return nil
}

func certificateOf(s *unlearn.ReleaseStream) *Certificate {
	r := s.Latest()
	return &Certificate{Epsilon: r.Epsilon, Delta: r.Delta, Noise: r.Noise, Residual: r.Residual, Releases: s.Releases(), Together: s.Together(), Against: r.Against.String()}
}

// checkCertificate says whether the certificate asked for is to be had.
func (o *order) checkCertificate() error {
	asked, has := o.o.Certify, o.model.last().Certificate
	switch {
	case has == nil && asked == nil:
		return nil
	case has == nil:
		if o.model.last().Request != nil {
			return &RefusedError{Reason: "the model has carried out requests without a certificate, and they left what no noise covers",
				Next: "train again with --certify, on the data as they are now"}
		}
		return o.model.certifiable()
	case asked != nil && (asked.Epsilon != has.Epsilon || asked.Delta != has.Delta):
		return usage("the model is certified at %g,%g: leave --certify out, or give these", has.Epsilon, has.Delta)
	case o.o.Method != "" && o.o.Method != "auto" && o.o.Method != "newton":
		return usage("the model is certified, and a certified update is made by Newton's method: leave --method %s out", o.o.Method)
	case o.o.TrustData:
		return usage("a certificate is about the data that the model was trained on: leave --trust-data out")
	}
	return nil
}

// budget returns what the update is certified at; nil = it is not.
func (o *order) budget() *Budget {
	if has := o.model.last().Certificate; has != nil {
		return &Budget{has.Epsilon, has.Delta}
	}
	return o.o.Certify
}

// certify carries the request out by the stream of the ledger, which the draft gets a copy of.
func (o *order) certify(ctx context.Context, d *draft, b Budget) (u *unlearn.Update, c *Certificate, err error) {
	if o.data.base == nil {
		return nil, nil, &RefusedError{Reason: "the ledger counts samples in the data that the model was trained on at first, and " + o.o.Data + " holds the corrected ones",
			Next: "give the original file"}
	}
	problem, err := o.model.problem(o.data.base)
	if err != nil {
		return nil, nil, err
	}
	if !o.model.certified() {
		if _, _, err := o.model.openStream(ctx, d, b, problem, o.model.Theta); err != nil {
			return nil, nil, err
		}
	} else if err := copyTree(d.path(ledgerName), o.model.path(ledgerName)); err != nil {
		return nil, nil, err
	}
	key, err := os.ReadFile(filepath.Join(d.path(ledgerName), noiseName))
	if err != nil {
		return nil, nil, err
	}
	s, err := mechanism(b, key, o.applied.Data).Open(ctx, problem, o.model.Theta, d.path(ledgerName))
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if u, err = s.Unlearn(ctx, o.base); err != nil {
		return u, nil, err
	}
	return u, certificateOf(s), nil
}

// drowned warns of a release of which the noise is a large part.
func (c *Certificate) drowned(theta []float64) []string {
	if c == nil {
		return nil
	}
	if size := floats.Norm(theta, 2) / math.Sqrt(float64(len(theta))); 4*c.Noise*c.Noise <= size*size {
		return nil
	}
	return []string{fmt.Sprintf("The noise of the certificate, %.2g a parameter, is at least half as large as the parameters: many answers of this model are chance. Raise epsilon, delta or --l2.", c.Noise)}
}
