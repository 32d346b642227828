package tabledata

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"lethe/experiments/internal/records"
)

func TestRecordsOfFormerVersionsHaveThePresentNames(t *testing.T) {
	all := []records.Record{{Settings: records.Tags{"sisa-regulariser": "share", "vote": "mean"}}, {Settings: records.Tags{"sisa-regularizer": "whole"}}, {}}
	renameRecords(all)
	assert.Equal(t, map[string]any{"sisa-regularizer": "share", "vote": "mean"}, all[0].Settings)
	assert.Equal(t, map[string]any{"sisa-regularizer": "whole"}, all[1].Settings)
	assert.Empty(t, all[2].Settings)
}
