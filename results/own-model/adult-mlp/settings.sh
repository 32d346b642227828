# Trains on nine tenths of the training data and measures on the others. The least mean loss decides.
set -e
for epochs in 20 40; do
	for l2 in 1 3 10 30; do
		echo "one-cycle, $epochs epochs, l2 $l2"
		lethe train --data fit.csv --label income --id id --network mlp:64,64 --schedule one-cycle --epochs $epochs --l2 $l2 --test held-out.csv --out try-$epochs-$l2
	done
done
echo "constant rate, 20 epochs, l2 0.01"
for seed in 1 2; do
	lethe train --data fit.csv --label income --id id --network mlp:64,64 --epochs 20 --l2 0.01 --seed $seed --test held-out.csv --out try-constant-$seed
	lethe predict --quiet --model try-constant-$seed --data held-out.csv --out constant-$seed.csv
done
paste -d, constant-1.csv constant-2.csv | awk -F, 'NR > 1 { n++; same += $2 == $5 } END { printf "same answer %.2f %%\n", 100 * same / n }'
