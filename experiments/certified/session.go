package certified

import (
	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/tabledata"
)

// certifiedSession is what the experiments on certificates share within a run, beside what all on
// tables do.
type certifiedSession struct {
	short map[*tabledata.Data]*tabledata.Data // rows of norm at most 1
	norms map[*datasets.Dataset]float64
}

func onCertificates(s *tabledata.Session) *certifiedSession {
	return engine.Own(s.Session, func(*engine.Session) *certifiedSession {
		return &certifiedSession{map[*tabledata.Data]*tabledata.Data{}, map[*datasets.Dataset]float64{}}
	})
}
