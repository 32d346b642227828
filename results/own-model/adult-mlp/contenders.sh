#!/bin/bash
# Carries the request out in several ways. Prints how many answers on the test data agree with those
# of the retrained model, the processor time of the whole command as a share of that of retraining,
# and the share of the wall-clock time of the update alone.
set -e
TIMEFORMAT='%U %S'
train() { lethe train --quiet --data adult.csv --label income --id id --network mlp:64,64 --schedule one-cycle --epochs 40 --l2 10 "$@" > training.messages; }
unlearn() { # unlearn OUT FLAGS; an update that is refused has no folder
	{ time lethe unlearn --quiet --data adult.csv --request many.yaml --out "$@" > "$1.messages" 2>&1 || true; } 2> "$1.time"
}
train --seed 1 --out mlp
train --seed 2 --out mlp-seed-2
unlearn by-retrain --model mlp --method retrain
unlearn by-retrain-seed-2 --model mlp-seed-2 --method retrain
unlearn by-auto --model mlp
unlearn by-auto-seed-2 --model mlp --seed 2
unlearn by-auto-seed-3 --model mlp --seed 3
unlearn by-second --model mlp --method second
unlearn by-second-ridge --model mlp --method second --ridge 985 # the ridge that by-auto took
unlearn by-first --model mlp --method first
unlearn by-fine-tune --model mlp --method fine-tune
lethe unlearn --quiet --data adult.csv --request many.yaml --model mlp --test adult-test.csv --compare retrain --out mlp-2 > mlp-2.messages

seconds() { sed -n '$s/.*"seconds":\([0-9.e+-]*\).*/\1/p' $1/history.jsonl; }
processor() { awk '{ print $1 + $2 }' $1.time; }
for model in mlp by-auto by-auto-seed-2 by-auto-seed-3 by-second by-second-ridge by-first by-fine-tune by-retrain by-retrain-seed-2; do
	if [ ! -d $model ]; then
		echo "$model: $(tail -n 1 $model.messages)"
		continue
	fi
	[ -f $model.answers.csv ] || lethe predict --quiet --model $model --data adult-test.csv --out $model.answers.csv > $model.messages
	[ -f by-retrain.answers.csv ] || lethe predict --quiet --model by-retrain --data adult-test.csv --out by-retrain.answers.csv > $model.messages
	used=0 took=0
	[ $model = mlp ] || { used=$(processor $model); took=$(seconds $model); }
	paste -d, by-retrain.answers.csv $model.answers.csv | awk -F, -v model=$model -v used=$used -v took=$took \
		-v all="$(processor by-retrain)" -v whole="$(seconds by-retrain)" '
		NR > 1 { n++; same += $2 == $5 }
		END { printf "%-18s same answer %6.2f %%   processor time %5.1f %%   time of the update %5.1f %%\n", model, 100 * same / n, 100 * used / all, 100 * took / whole }'
done
