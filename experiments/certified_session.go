package experiments

import (
	"slices"

	"lethe/datasets"
)

// certifiedSession is what the experiments on certificates share within a run, beside what all on tables do.
type certifiedSession struct {
	short map[*data]*data // rows of norm at most 1
	norms map[*datasets.Dataset]float64
}

func onCertificates(s *tableSession) *certifiedSession {
	return Own(s.Session, func(*Session) *certifiedSession {
		return &certifiedSession{map[*data]*data{}, map[*datasets.Dataset]float64{}}
	})
}

// idleInStreams is idle for experiments that stream single requests.
func idleInStreams(id string) func(*tableSession, *tableSettings, string) string {
	return func(_ *tableSession, _ *tableSettings, key string) string {
		return unless(!slices.Contains([]string{"request", "features", "rows", "draws"}, key), id+" streams single samples and columns; requests says how many")
	}
}
