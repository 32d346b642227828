# Makes adult.csv, adult-test.csv and the request's files from adult.data and adult.test of UCI Adult.
set -e
heading=id,age,workclass,fnlwgt,education,education-num,marital-status,occupation,relationship,race,sex,capital-gain,capital-loss,hours-per-week,native-country,income
rows='BEGIN { print heading } NF == 15 { gsub(/, /, ","); sub(/\.$/, ""); print "u-" n++ "," $0 }'
awk -F, -v heading="$heading" "$rows" adult.data > adult.csv
awk -F, -v heading="$heading" "$rows" adult.test > adult-test.csv

# A tenth of the training data, on which the settings of the training are chosen.
awk 'NR == 1 || NR % 10' adult.csv > fit.csv
awk 'NR == 1 || NR % 10 == 0' adult.csv > held-out.csv

# Of every 325 people one is removed, up to 100; of every 1,600 one gets the other label, up to 20.
awk -F, 'NR == 1 { print "id" } NR % 325 == 2 && n++ < 100 { print $1 }' adult.csv > erased.csv
awk -F, 'NR == 1 { print "id,label" } NR % 1600 == 9 && n++ < 20 { print $1 "," ($NF == ">50K" ? "<=50K" : ">50K") }' adult.csv > labels.csv
