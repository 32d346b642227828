# Audits three updates of a network on UCI Adult: sh run.sh, in a folder with adult.data, adult.test and lethe.
set -e
heading=id,age,workclass,fnlwgt,education,education-num,marital-status,occupation,relationship,race,sex,capital-gain,capital-loss,hours-per-week,native-country,income
# 3,000 people, of whom the first 300 get the wrong label; 2,000 others to test.
awk -F, -v heading="$heading" 'BEGIN { print heading } NF == 15 && n < 3000 {
  gsub(/, /, ","); if (n < 300) { if ($0 ~ /<=50K$/) sub(/<=50K$/, ">50K"); else sub(/>50K$/, "<=50K") } print "u-" n++ "," $0 }' adult.data > train.csv
awk -F, -v heading="$heading" 'BEGIN { print heading } NF == 15 && n < 2000 { gsub(/, /, ","); sub(/\.$/, ""); print "t-" n++ "," $0 }' adult.test > test.csv
# Half of the wrong ones are removed.
printf 'remove:\n  - rows: [%s]\n' "$(seq -s, 0 149)" > request.yaml
how="--label income --id id --network mlp:64 --epochs 40 --rate 0.003 --quiet"
for seed in 1 2 3; do
	./lethe train --data train.csv $how --seed $seed --out old-$seed
	for method in retrain fine-tune; do
		./lethe unlearn --model old-$seed --data train.csv --request request.yaml --method $method --seed 7$seed --max-loss 100 --quiet --out $method-$seed --write-data kept.csv --force
	done
done
retrained=
for seed in $(seq 101 120); do
	./lethe train --data kept.csv $how --seed $seed --out retrained-$seed
	retrained="$retrained --retrained retrained-$seed"
done
for method in retrain fine-tune; do
	for models in 1 3; do
		pairs=
		for seed in $(seq $models); do pairs="$pairs --old old-$seed --new $method-$seed"; done
		./lethe audit $pairs $retrained --data train.csv --request request.yaml --test test.csv --unknown other --out audit-$method-$models > $method-$models.txt || [ $? = 3 ]
	done
done
